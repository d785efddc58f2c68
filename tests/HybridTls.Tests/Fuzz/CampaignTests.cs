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
        Assert.Throws<FuzzFailureException>(() => Properties.Parse([1], _ => throw new HybridTlsException(HybridTlsFailure.AlertSent, alert, "test")));

    [Fact]
    public void A_parser_that_allocates_is_a_failure() =>
        Assert.Throws<FuzzFailureException>(() => Properties.Parse([1], static input => GC.KeepAlive(input.ToArray())));

    [Theory]
    [InlineData("list", ExitCode.Passed)]
    [InlineData("run nothing", ExitCode.Usage)]
    [InlineData("run finished --time 1x", ExitCode.Usage)]
    [InlineData("run finished --corpus does-not-exist", ExitCode.Usage)]
    [InlineData("replay finished does-not-exist", ExitCode.Usage)]
    [InlineData("run finished --time 0.1s --seed 1", ExitCode.Passed)]
    [InlineData("run all --time 0.01s --seed 1", ExitCode.Passed)]
    public void The_command_line_answers(string arguments, int exitCode)
    {
        using var output = new StringWriter();
        int actual = CommandLine.Invoke(arguments.Split(' '), new() { Output = output, Error = output });
        Assert.True(exitCode == actual, $"{actual}: {output}");
    }

    [Fact]
    public void A_target_that_does_not_return_is_a_hang_with_its_input_and_an_exit_code_of_its_own()
    {
        using var end = new ManualResetEventSlim();
        var target = new FuzzTarget("endless", "waits if a byte is 0xAA", Wait, () => []);
        TimeSpan limit = TimeSpan.FromMilliseconds(200);
        var campaign = new Campaign(target, seed: 1, TextWriter.Null) { InputTimeout = limit };
        campaign.AddCorpus([[1, 2, 3], [1, 0xAA]]);
        Assert.False(campaign.Run(TimeSpan.FromMinutes(1)));
        Assert.IsType<TimeoutException>(campaign.Failure);
        Assert.Equal([1, 0xAA], campaign.FailingInput);
        Assert.Equal(ExitCode.Hang, ExitCode.Of(campaign.Failure));
        Assert.IsType<TimeoutException>(Execution.Run(target, [0xAA], limit).Failure);
        Assert.Equal("passed", Execution.Run(target, [1], TimeSpan.FromSeconds(30)).Outcome);
        end.Set();

        string Wait(ReadOnlySpan<byte> input)
        {
            if (input.Contains((byte)0xAA))
                end.Wait();
            return "passed";
        }
    }

    [Fact]
    public void Inputs_with_a_new_outcome_are_saved()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            var target = new FuzzTarget("lengths", "", static input => $"{Math.Min(input.Length, 20)}", () => []);
            var campaign = new Campaign(target, seed: 1, TextWriter.Null) { SaveTo = folder.FullName };
            campaign.AddCorpus([[1, 2, 3]]);
            Assert.True(campaign.Run(TimeSpan.FromMinutes(1), maximumExecutions: 500));
            string[] lengths = [.. Corpus.Read(folder.FullName).Select(static file => $"{Math.Min(file.Bytes.Length, 20)}")];
            Assert.True(lengths.Length > 3);
            Assert.Distinct(lengths);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_failing_input_is_minimized_and_one_that_passes_is_not()
    {
        var target = new FuzzTarget("broken", "", static input =>
        {
            Properties.Check(!input.Contains((byte)0xAA), "No byte is 0xAA.");
            return "passed";
        }, () => []);
        Assert.Equal([0xAA], Minimizer.Minimize(target, [1, 2, 3, 0xAA, 5, 6, 7], TimeSpan.FromSeconds(30))!);
        Assert.Null(Minimizer.Minimize(target, [1, 2, 3], TimeSpan.FromSeconds(30)));
    }
}
