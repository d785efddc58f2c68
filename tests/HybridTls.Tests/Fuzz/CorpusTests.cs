using HybridTls.Fuzz;

namespace HybridTls.Tests.Fuzz;

public class CorpusTests
{
    public static TheoryData<string> Targets => [.. TargetList.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    [Clause("HT-MSG-9")]
    public void Every_file_of_the_corpus_passes(string name)
    {
        FuzzTarget target = TargetList.Find(name)!;
        FuzzSeed[] files = [.. Corpus.Read(Path.Combine(CorpusFolder(), name))];
        Assert.NotEmpty(files);
        foreach (FuzzSeed file in files)
            target.Fuzz(file.Bytes);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_corpus_holds_what_the_writers_make(string name)
    {
        IEnumerable<FuzzSeed> read = Corpus.Read(Path.Combine(CorpusFolder(), name));
        Dictionary<string, byte[]> files = read.ToDictionary(file => file.Name, file => file.Bytes);
        foreach (FuzzSeed seed in TargetList.Find(name)!.Seeds())
        {
            bool same = files.TryGetValue(seed.Name, out byte[]? bytes) && bytes.SequenceEqual(seed.Bytes);
            Assert.True(same, $"{name}/{seed.Name}: run the fuzzer's command 'seeds'.");
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    [Clause("HT-MSG-9")]
    public void A_short_campaign_passes(string name)
    {
        FuzzTarget target = TargetList.Find(name)!;
        var campaign = new Campaign(target, seed: 20261122, TextWriter.Null);
        campaign.AddCorpus(target.Seeds().Select(seed => seed.Bytes));
        Assert.True(campaign.Run(TimeSpan.FromSeconds(20), maximumExecutions: 1_500), campaign.Failure?.ToString());
    }

    private static string CorpusFolder() => Repository.PathOf("fuzz", "corpus");
}
