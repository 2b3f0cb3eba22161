using System.Text.Json;
using KvCompose.Samples;
using KvCompose.Samples.Needle;

namespace KvCompose.Evaluation.Tests.CommandLine;

public sealed class RunTests : CommandLineFixture
{
    private readonly StringWriter _output = new();

    [Fact]
    public void Run_AllPipelines_ShowsAndWritesEveryOne()
    {
        int code = Run(_output, live: false, default, "--length", "160", "--questions", "2", "--budget", "32", "--pipeline", "all", "--json", JsonFile);
        Assert.Equal("", Error.ToString());
        Assert.Equal(ExitCode.Done, code);
        JsonElement report = Report();
        Assert.Equal(["model", "length", "questions", "results"], report.EnumerateObject().Select(field => field.Name));
        Assert.Equal("needle", report.GetProperty("model").GetString());
        Assert.Equal(160, report.GetProperty("length").GetInt32());
        Assert.Equal(2, report.GetProperty("questions").GetInt32());
        JsonElement[] results = [.. report.GetProperty("results").EnumerateArray()];
        Assert.Equal(NeedlePipeline.All.Select(pipeline => pipeline.Name), results.Select(Name));
        Assert.All(results, result => Assert.Equal(
            ["pipeline", "accuracy", "tokensKept", "bytesHeld", "peakBytes", "ttftMs", "msPerToken"],
            result.EnumerateObject().Select(field => field.Name).Where(name => name != "tier")));
        Assert.All(results, result => Assert.Contains(Name(result), _output.ToString(), StringComparison.Ordinal));
        Assert.All(results.Where(result => Name(result) is "StreamingLlm" or "SnapKv"), result => Assert.Equal(32, Kept(result)));

        // Methods that share a budget do so in whole tokens, and fewer than 32 tokens reach the deeper layers of FastKV.
        Assert.All(results.Where(result => Name(result) is "PyramidKv" or "AdaKv" or "Cake" or "FastKv"), result => Assert.InRange(Kept(result), 31, 33.5));
        Assert.InRange(Kept(results.Single(result => Name(result) == "FullCache")), 145, 157);
    }

    [Fact]
    public void Run_RepeatedNamesInAnyCase_RunsEachOnceInTheirOrder()
    {
        Assert.Equal(ExitCode.Done, Run(
            _output, live: false, default,
            "--length", "120", "--questions", "1", "--pipeline", "snapkv", "FULLCACHE", "SnapKv", "--json", JsonFile));
        Assert.Equal(["SnapKv", "FullCache"], Report().GetProperty("results").EnumerateArray().Select(Name));
    }

    [Fact]
    public void Run_BudgetAsShare_KeepsThatShareOfThePrompt()
    {
        Assert.Equal(ExitCode.Done, Run(
            _output, live: false, default,
            "--length", "93", "--questions", "1", "--budget", "0.5", "--pipeline", "StreamingLlm", "--json", JsonFile));

        // 93 tokens are the text with no room for noise; its last three, answer and full stop, are not read.
        Assert.Equal(45, Kept(Report().GetProperty("results")[0]));
    }

    [Fact]
    public void Run_SeveralBudgets_ComparesEveryPipelineAtEach()
    {
        Assert.Equal(ExitCode.Done, Run(
            _output, live: false, default,
            "--length", "400", "--questions", "1", "--budget", "40", "0.25", "40", "--pipeline", "FullCache", "Cake", "SnapKv", "--json", JsonFile));
        JsonElement[] results = [.. Report().GetProperty("results").EnumerateArray()];
        Assert.Equal(["FullCache", "Cake", "Cake", "SnapKv", "SnapKv"], results.Select(Name));
        Assert.Equal(["all", "40", "25 %", "40", "25 %"], results.Select(result => result.GetProperty("budget").GetString()));
        Assert.Equal(40, Kept(results[3]));
        Assert.InRange(Kept(results[2]), 95, 100);
        Assert.Contains("25 %", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AtEqualBytes_EveryPipelineHoldsNearlyThatAndNoMore()
    {
        const long bytes = 3 << 18;
        Assert.Equal(ExitCode.Done, Run(
            _output, live: false, default,
            "--length", "512", "--questions", "1", "--mebibytes", "0.75", "--pipeline", "SnapKv", "CakeFastKv", "FastKvInt4", "CakeDisk", "--json", JsonFile));
        JsonElement[] results = [.. Report().GetProperty("results").EnumerateArray()];
        Assert.All(results[..3], result => Assert.InRange(result.GetProperty("bytesHeld").GetInt64(), bytes / 3, bytes));

        // What retrieves holds little after the prompt, and fills up in the first step of the answer, page by page under every head.
        Assert.InRange(results[3].GetProperty("peakBytes").GetInt64(), bytes * 3 / 4, bytes);
        Assert.True(Kept(results[2]) > 2 * Kept(results[0]), "tokens of fewer bits are more tokens");
        Assert.True(results[3].GetProperty("tier").GetProperty("tokensMoved").GetInt64() > 0);
    }

    [Fact]
    public void Run_SameSeed_KeepsAndAnswersTheSame()
    {
        double[] Figures(string seed)
        {
            Assert.Equal(ExitCode.Done, Run(_output, live: false, default, "--length", "300", "--questions", "3", "--seed", seed, "--json", JsonFile));
            return [.. Report().GetProperty("results").EnumerateArray().SelectMany(
                result => new[] { result.GetProperty("accuracy").GetDouble(), Kept(result), result.GetProperty("bytesHeld").GetInt64() })];
        }

        Assert.Equal(Figures("9"), Figures("9"));
    }

    [Fact]
    public void Run_OnATerminal_ShowsTheQuestionAndTheProgress()
    {
        Assert.Equal(ExitCode.Done, Run(_output, live: true, default, "--length", "120", "--questions", "2", "--pipeline", "FullCache"));
        Assert.Contains("what is the number of the", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1/2 answers", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("2/2 answers", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Verdict_NamesWhatLosesAndHowManyQuestionsThereWere()
    {
        Assert.Equal(ExitCode.Done, Run(
            _output, live: false, default, "--length", "400", "--questions", "8", "--budget", "32", "--pipeline", "FullCache", "StreamingLlm", "Int4"));
        Assert.Contains("n = 8 questions", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Worse than FullCache (exact sign test, p < 0.05): StreamingLlm.", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("No difference shown at this n: Int4.", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("8/8", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OnATerminalOf80By24_ShowsHeaderAndBaselineWithEveryUpdate()
    {
        Assert.Equal(ExitCode.Done, Run(_output, live: true, default, "--length", "120", "--questions", "1", "--budget", "32", "--pipeline", "all"));
        string[] updates = [.. _output.ToString().Split(" answers,")[..^1]];
        Assert.Equal(NeedlePipeline.All.Length + 1, updates.Length);
        Assert.All(updates, update =>
        {
            string[] lines = update[update.LastIndexOf("pipeline", StringComparison.Ordinal)..].Split('\n');
            Assert.InRange(lines.Length, 5, Height - 1);
            Assert.Contains(lines, line => line.TrimStart().StartsWith("FullCache", StringComparison.Ordinal));
            Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 0, 200));
        });
    }

    [Fact]
    public void Run_QuestionsInTurnOnOnePrefill_AreAnsweredByWhatComesBackWhereStaticSelectionsFail()
    {
        Assert.Equal(ExitCode.Done, Run(
            _output, live: false, default,
            "--length", "2048", "--questions", "4", "--turns", "8", "--budget", "0.26", "--pipeline", "FullCache", "SnapKv", "Hetero", "--json", JsonFile));
        JsonElement[] results = [.. Report().GetProperty("results").EnumerateArray()];
        double[] accuracy = [.. results.Select(result => result.GetProperty("accuracy").GetDouble())];
        long[] bytes = [.. results.Select(result => result.GetProperty("bytesHeld").GetInt64())];
        Assert.True(accuracy[2] >= 0.95 * accuracy[0] && accuracy[1] < 0.95 * accuracy[0], $"accuracies {string.Join(", ", accuracy)}");
        Assert.True(2 * bytes[2] <= bytes[0], $"bytes held {string.Join(", ", bytes)}");
        JsonElement tier = results[2].GetProperty("tier");
        Assert.All(
            (string[])["retrievals", "tokensMoved", "bytesMoved", "hostBytes"],
            field => Assert.True(tier.GetProperty(field).GetInt64() > 0, field));
        Assert.Contains("tokens fetched", _output.ToString(), StringComparison.Ordinal);
    }

    private static string Name(JsonElement result) => result.GetProperty("pipeline").GetString()!;

    private static double Kept(JsonElement result) => result.GetProperty("tokensKept").GetDouble();

    private JsonElement Report() => JsonDocument.Parse(File.ReadAllText(JsonFile)).RootElement;
}
