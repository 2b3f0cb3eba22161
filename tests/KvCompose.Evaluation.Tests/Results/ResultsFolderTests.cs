using System.Text.Json;
using KvCompose.Evaluation.Tests.Support;

namespace KvCompose.Evaluation.Tests.Results;

public sealed class ResultsFolderTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public void Save_Cell_WritesTheThreeFilesOfKvpress()
    {
        Open(FolderUse.New).Save(SomeCells.Cell("Some", [1, 0.5]));
        string run = Path.Combine(_path, "kvcompose__100__tiny__Some__0.875");
        Assert.Equal(
            """
            task,question,answer_prefix,answer,max_new_tokens,predicted_answer,compression_ratio,score,depth,sample
            find,"what, 0?",,"[""12 \u002234\u0022""]",3,it is 0,0.875,1,0.0000,0
            find,"what, 1?",,"[""12 \u002234\u0022""]",3,it is 1,0.875,0.5,0.2500,1

            """, File.ReadAllText(Path.Combine(run, "predictions.csv")));
        JsonElement metrics = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "metrics.json"))).RootElement.GetProperty("find");
        Assert.Equal((75, 75, 0.5), (
            metrics.GetProperty("string_match").GetDouble(), metrics.GetProperty("token_agreement").GetDouble(), metrics.GetProperty("kl_divergence").GetDouble()));
        Assert.Equal(
            """
            dataset: kvcompose
            data_dir: '100'
            model: 'tiny'
            press_name: 'Some'
            compression_ratio: 0.875
            query_aware: false
            samples: 2
            essay: 'made up'
            seed: 1

            """, File.ReadAllText(Path.Combine(run, "config.yaml")));
    }

    [Fact]
    public void Save_SecondTask_JoinsTheFilesOfItsRun()
    {
        ResultsFolder folder = Open(FolderUse.New);
        folder.Save(SomeCells.Cell("Some", [1], task: "b"));
        folder.Save(SomeCells.Cell("Some", [0], task: "a"));
        folder.Save(SomeCells.Cell("Some", [0], task: "a", mode: QuestionMode.QueryAware));
        string[] runs = [.. Directory.EnumerateDirectories(_path).Select(run => Path.GetFileName(run)!).Order()];
        Assert.Equal(["kvcompose__100__tiny__Some__0.875", "kvcompose__100__tiny__Some__0.875__query_aware"], runs);
        Assert.Equal(["a", "b"], File.ReadLines(Path.Combine(_path, runs[0], "predictions.csv")).Skip(1).Select(row => row.Split(',')[0]));
    }

    [Fact]
    public void Resume_AfterAnInterruption_FindsWhatIsDone()
    {
        CellResult cell = SomeCells.Cell("Some", [1, 0]);
        Open(FolderUse.New).Save(cell);
        CellResult found = Open(FolderUse.Resume).Find(cell.Key)!;
        Assert.Equal((cell.Key, cell.Cost, cell.Fidelity), (found.Key, found.Cost, found.Fidelity));
        Assert.Equal(cell.Scores(), found.Scores());
        Assert.Equal(cell.KeptOfHead, found.KeptOfHead);
        Assert.Null(Open(FolderUse.Resume).Find(cell.Key with { Task = "other" }));
    }

    [Fact]
    public void Open_ResultsThatNobodySaidMayGo_AreLeftAsTheyAre()
    {
        Open(FolderUse.New).Save(SomeCells.Cell("Some", [1]));
        string[] before = Files();
        Refused(FolderUse.New, SomeCells.Setting, "holds results already");
        Refused(FolderUse.Resume, SomeCells.Setting with { Seed = 2 }, "do not go with");
        Assert.Equal(before, Files());
    }

    [Fact]
    public void Overwrite_Results_DeletesThemAndNothingElse()
    {
        Open(FolderUse.New).Save(SomeCells.Cell("Some", [1]));
        File.WriteAllText(Path.Combine(_path, "notes.txt"), "mine");
        Assert.Empty(Open(FolderUse.Overwrite).Cells);
        Assert.Equal(["evaluation.json", "notes.txt"], Files());
    }

    [Fact]
    public void Open_FolderOfOtherThings_IsRefusedWhateverTheUse()
    {
        File.WriteAllText(Path.Combine(_path, "notes.txt"), "mine");
        Assert.All(Enum.GetValues<FolderUse>(), use => Refused(use, SomeCells.Setting, "holds no results"));
        Assert.Equal(["notes.txt"], Files());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{ "key": 3 }""")]
    public void Resume_UnreadableCell_IsNamed(string content)
    {
        CellResult cell = SomeCells.Cell("Some", [1]);
        Open(FolderUse.New).Save(cell);
        string file = Path.Combine(_path, cell.Key.Folder("tiny"), "cells", "find.json");
        File.WriteAllText(file, content);
        ResultsFolderException problem = Assert.Throws<ResultsFolderException>(() => Open(FolderUse.Resume));
        Assert.Equal(file, problem.Path);
    }

    [Fact]
    public void Open_FileInPlaceOfTheFolder_IsRefused()
    {
        string file = Path.Combine(_path, "file");
        File.WriteAllText(file, "");
        Assert.Throws<ResultsFolderException>(() => ResultsFolder.Open(file, SomeCells.Setting, FolderUse.New));
    }

    private ResultsFolder Open(FolderUse use) => ResultsFolder.Open(_path, SomeCells.Setting, use);

    private void Refused(FolderUse use, EvaluationSetting setting, string message)
        => Assert.Contains(message, Assert.Throws<ResultsFolderException>(() => ResultsFolder.Open(_path, setting, use)).Message, StringComparison.Ordinal);

    private string[] Files() => [.. Directory.EnumerateFiles(_path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_path, file)).Order(StringComparer.Ordinal)];
}
