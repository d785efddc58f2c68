using HybridTls.Fuzz;

namespace HybridTls.Tests.Fuzz;

public class CampaignTests
{
    [Fact]
    public void A_property_that_does_not_hold_is_found_saved_and_replayed()
    {
        var target = new FuzzTarget("broken", "fails if a byte is 0xAA", Fails, () => []);
        var campaign = new Campaign(target, seed: 1, TextWriter.Null);
        campaign.AddCorpus([new byte[8]]);
        Assert.False(campaign.Run(TimeSpan.FromSeconds(30)));
        Assert.IsType<FuzzFailureException>(campaign.Failure);

        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            byte[] saved = File.ReadAllBytes(campaign.SaveFailure(folder));
            Assert.Equal(campaign.FailingInput, saved);
            Assert.Throws<FuzzFailureException>(() => target.Fuzz(saved));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static string Fails(ReadOnlySpan<byte> input)
        {
            Properties.Check(!input.Contains((byte)0xAA), "No byte is 0xAA.");
            return "passed";
        }
    }

    [Fact]
    public void The_same_seed_makes_the_same_inputs_and_another_seed_others()
    {
        Assert.Equal(Inputs(1), Inputs(1));
        Assert.NotEqual(Inputs(1), Inputs(2));

        static List<string> Inputs(int seed)
        {
            var inputs = new List<string>();
            var target = new FuzzTarget("recorder", "", input => Record(inputs, input), () => []);
            var campaign = new Campaign(target, seed, TextWriter.Null);
            campaign.AddCorpus([[1, 2, 3, 4, 5, 6, 7, 8, 0, 3, 1, 2, 3], new byte[20]]);
            Assert.True(campaign.Run(TimeSpan.FromMinutes(1), maximumExecutions: 500));
            Assert.Equal(500, inputs.Count);
            return inputs;
        }

        static string Record(List<string> inputs, ReadOnlySpan<byte> input)
        {
            inputs.Add(Convert.ToHexString(input));
            return $"{input.Length % 4}";
        }
    }

    [Fact]
    public void Another_exception_than_the_documented_one_is_a_failure() =>
        Assert.Throws<FuzzFailureException>(() => Properties.Parse([1], static input => _ = input[5]));

    [Theory]
    [InlineData(TlsAlert.InternalError)]
    [InlineData(TlsAlert.UnexpectedMessage)]
    public void An_alert_that_no_codec_sends_is_a_failure(TlsAlert alert) =>
        Assert.Throws<FuzzFailureException>(() => Properties.Parse([1], _ => TlsError.Throw(alert, "test")));

    [Fact]
    public void A_parser_that_allocates_is_a_failure() =>
        Assert.Throws<FuzzFailureException>(() => Properties.Parse([1], static input => GC.KeepAlive(input.ToArray())));

    [Theory]
    [InlineData("list", 0)]
    [InlineData("run nothing", 1)]
    [InlineData("run finished --time 1x", 1)]
    [InlineData("run finished --time 0.1s --seed 1", 0)]
    public void The_command_line_answers(string arguments, int exitCode)
    {
        using var output = new StringWriter();
        int actual = CommandLine.Create().Parse(arguments.Split(' ')).Invoke(new() { Output = output, Error = output });
        Assert.Equal(exitCode, actual);
    }
}
