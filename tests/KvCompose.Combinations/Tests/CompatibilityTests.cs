using System.Runtime.CompilerServices;
using KvCompose.Combinations.Matrix;
using KvCompose.Roslyn.Testing;

namespace KvCompose.Combinations.Tests;

/// <summary>The page of the documentation is what the facts say today.</summary>
[Collection(nameof(JudgedProduct))]
public sealed class CompatibilityTests(JudgedProduct product)
{
    [Fact]
    public void Page_OfTheDocumentation_IsCurrent()
    {
        string page = CompatibilityPage.Of(product.Verdicts), file = Path.Combine(Folder(), "../../../analyzers/docs/compatibility.md");
        if (Environment.GetEnvironmentVariable(Snapshot.AcceptVariable) == "1")
        {
            File.WriteAllText(file, page);
        }

        string known = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        Assert.True(known == page, $"compatibility.md is not current; run again with {Snapshot.AcceptVariable}=1 and read the difference:\n{LineDiff.Between(known, page)}");
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
