using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;

namespace KvCompose.Generators.Tests.Pipelines;

/// <summary>Additional files in the generator: what they hold is emitted, and only their own edits are looked at.</summary>
public class ProfileTests
{
    private const string Table = "using KvCompose; [KvPipeline, UniformBudget(Tokens = 512), HeadKvHeads(Profile = \"heads.json\"), SnapKv] partial class P;";
    private const string Heads = """{ "0-0": [1, 0], "0-1": 0.25 }""";

    [Fact]
    public void HeadTable_IsEmittedAsItsMeans()
        => Assert.Contains(
            "0.5d, 0.25d,", With("heads.json", Heads).Run(Table).Sources["P.Selection.g.cs"].ToString());

    [Fact]
    public void Layer_OfAProfile_IsTheOptionsValue()
        => Assert.Contains(
            "Layer = 11", With("a/layer.json", """{ "layers": 24, "layer": 11 }""").Run(
                "using KvCompose; [KvPipeline, UniformBudget(Tokens = 512), TokenSelectivePropagation(Profile = \"layer.json\", Tokens = 2048), SnapKv] partial class P;")
                .Sources["P.Plan.g.cs"].ToString());

    [Theory]
    [InlineData("other.json", Heads)]
    [InlineData("heads.json", "{")]
    public void Profile_ThatCannotBeRead_EmitsNothing(string name, string text)
        => Assert.EndsWith(".Invalid.g.cs", Assert.Single((With(name, text) with { StepNames = [], AllowCompileErrors = true }).Run(Table).Sources.Keys));

    [Fact]
    public void Roles_OfAProfile_AreEmittedAsConstantsAndOpenTheSession()
    {
        var sources = With("roles.json", """
            {
                "meta": { "counts": { "anchor": 1, "volatile": 1, "pivot": 1, "satellite": 1 } },
                "classification_matrix": [[3, 4], [2, 1]], "allocation_matrix": [[-1, 0.5], [-1, 1.5]], "leader_member_relations": [{ "0": [1] }, {}]
            }
            """)
            .Run("using KvCompose; [KvPipeline, HeteroHeads(Profile = \"roles.json\", Ratio = 0.8), LastQuery, HostOffload(DriftThreshold = 0.8)] partial class P;").Sources;
        string selection = sources["P.Selection.g.cs"].ToString();
        Assert.Contains("[HeadClass.Pivot, HeadClass.Satellite],", selection);
        Assert.Contains("[HeadClass.Volatile, HeadClass.Anchor],", selection);
        Assert.Contains("[-1d, 0.5d],", selection);
        Assert.Contains("[new PivotGroup(0, 1)],", selection);
        Assert.Contains("options.Profile ?? PrefillLoops.Profile", sources["P.Session.g.cs"].ToString());
    }

    [Fact]
    public void EditOfAProfile_RecomputesItsPipelineAlone_AndOfAnotherFileNothing()
    {
        GeneratorHarness harness = With("heads.json", Heads);
        AdditionalText heads = harness.Project.AdditionalFiles[0];
        var compilation = harness.Project.Compile(Table, Table.Replace("class P", "class Q").Replace("HeadKvHeads(Profile = \"heads.json\"), ", ""));
        GeneratorDriver driver = harness.NewDriver(trackSteps: true).AddAdditionalTexts([new AdditionalSource("else.json", "{}")]).RunGenerators(compilation);

        driver = driver.AddAdditionalTexts([new AdditionalSource("more.json", "{}")]).RunGenerators(compilation);
        IncrementalAssert.NothingRecomputed(driver.GetRunResult().Results.Single(), [TrackingNames.Plan]);

        driver = driver.ReplaceAdditionalText(heads, new AdditionalSource("heads.json", Heads.Replace("0.25", "0.75"))).RunGenerators(compilation);
        Assert.Single(
            IncrementalAssert.Reasons(driver.GetRunResult().Results.Single(), TrackingNames.Plan), IncrementalStepRunReason.Modified);
    }

    private static GeneratorHarness With(string path, string text) => PipelineHarness.Strict with
    {
        Project = new TestProject { AdditionalFiles = [new AdditionalSource(path, text)] },
    };
}
