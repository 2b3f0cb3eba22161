using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.Samples;
using KvCompose.Samples.Needle;

namespace KvCompose.Evaluation.Tests.CommandLine;

/// <summary>Models that the command line names: the embedded one without its words, which is asked in English like any other.</summary>
public sealed class ModelTests : CommandLineFixture
{
    private readonly StringWriter _output = new();

    private string Model => Path.Combine(Folder, "stranger");

    [Fact]
    public void Run_ModelWithProfiles_RunsEveryPipelineOnIt()
    {
        CopyModel(["profile.json", "volatile.json", "retrieval.json", "propagation.json"]);
        int code = Run(_output, live: false, default, "--model", Model, "--length", "700", "--questions", "1", "--budget", "0.25", "--pipeline", "all", "--json", JsonFile);
        Assert.Equal((ExitCode.Done, ""), (code, Error.ToString()));
        JsonElement report = JsonDocument.Parse(File.ReadAllText(JsonFile)).RootElement;
        Assert.Equal("stranger", report.GetProperty("model").GetString());
        Assert.Equal(
            NeedlePipeline.All.Select(pipeline => pipeline.Name),
            report.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("pipeline").GetString()));
    }

    [Fact]
    public void Run_ModelWithoutProfiles_LeavesOutWhatNeedsThemAndSaysSo()
    {
        CopyModel([]);
        int code = Run(_output, live: false, default, "--model", Model, "--length", "700", "--questions", "1", "--json", JsonFile);
        Assert.Equal((ExitCode.Done, ""), (code, Error.ToString()));
        string said = string.Join(' ', _output.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("There is no propagation.json: left out FastKv. `samples/Needle -- calibrate", said, StringComparison.Ordinal);
        Assert.Contains("There is no profile.json: left out Hetero.", said, StringComparison.Ordinal);
        Assert.DoesNotContain("FastKv", File.ReadAllText(JsonFile), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NamedPipelineWithoutItsProfile_SaysHowItIsMeasured()
    {
        CopyModel([]);
        Assert.Equal(ExitCode.WrongArguments, Run(_output, live: false, default, "--model", Model, "--length", "700", "--pipeline", "HeadKv"));
        Assert.Contains("there is no retrieval.json of this model: `samples/Needle -- retrieval", Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ProfileOfAnotherModel_IsRefused()
    {
        CopyModel([]);
        File.WriteAllText(Path.Combine(Folder, "retrieval.json"), """{ "0-0": 1, "0-1": 0.5 }""");
        Assert.Equal(ExitCode.Failed, Run(_output, live: false, default, "--model", Model, "--profiles", Folder, "--length", "700", "--pipeline", "HeadKv"));
        Assert.Contains("layers", Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Verbs_OfAModel_WriteWhatItsPipelinesNeed()
    {
        CopyModel([]);
        int[] codes =
        [
            Run(_output, live: false, default, "profile", Path.Combine(Folder, "profile.json"), "--model", Model, "--length", "900", "--texts", "1"),
            Run(_output, live: false, default,
                "calibrate", Path.Combine(Folder, "propagation.json"), "--model", Model, "--length", "600", "--texts", "1", "--epsilon", "1000000", "--last", "3"),
            Run(_output, live: false, default,
                "--model", Model, "--profiles", Folder, "--length", "700", "--questions", "1", "--budget", "0.9", "--pipeline", "FastKv", "Hetero"),
        ];
        Assert.Equal("", Error.ToString());
        Assert.Equal([ExitCode.Done, ExitCode.Done, ExitCode.Done], codes);
    }

    [Fact]
    public void Run_ModelThatReadsNoEnglish_SaysSo()
    {
        CopyModel([]);
        File.Copy(Path.Combine(EmbeddedModel.Folder, "tokenizer.json"), Path.Combine(Model, "tokenizer.json"), overwrite: true);
        Assert.Equal(ExitCode.WrongArguments, Run(_output, live: false, default, "--model", Model));
        Assert.Contains("its tokenizer does not read English", Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ModelThatIsNotThere_Fails()
    {
        Assert.Equal(ExitCode.Failed, Run(_output, live: false, default, "--model", Path.Combine(Folder, "nothing.gguf")));
        Assert.Contains("nothing.gguf", Error.ToString(), StringComparison.Ordinal);
    }

    private void CopyModel(string[] profiles)
    {
        Directory.CreateDirectory(Model);
        foreach (string file in (string[])["config.json", "model.safetensors", .. profiles])
        {
            File.Copy(Path.Combine(EmbeddedModel.Folder, file), Path.Combine(Model, file));
        }

        // Words that the model does not have become one that it has.
        JsonNode tokenizer = JsonNode.Parse(File.ReadAllText(Path.Combine(EmbeddedModel.Folder, "tokenizer.json")))!;
        tokenizer["model"]!["unk_token"] = "river";
        File.WriteAllText(Path.Combine(Model, "tokenizer.json"), tokenizer.ToJsonString());
    }
}
