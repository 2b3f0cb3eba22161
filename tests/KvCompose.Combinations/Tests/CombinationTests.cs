using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Devices;
using KvCompose.Combinations.Running;

namespace KvCompose.Combinations.Tests;

/// <summary>Whatever the analyzer accepts compiles and equals the plain references one after another; whatever it refuses says why.</summary>
[Collection(nameof(JudgedProduct))]
public sealed class CombinationTests(JudgedProduct product)
{
    /// <summary>
    /// Stages of which every choice that is accepted together occurs in a combination that runs: pairs, or triples where KVCOMPOSE_COMBINATIONS is 3. All
    /// accepted combinations are run by the program.
    /// </summary>
    private static readonly int Strength = Environment.GetEnvironmentVariable("KVCOMPOSE_COMBINATIONS") == "3" ? 3 : 2;

    [Fact]
    public void Product_HoldsEveryStageOfTheLibrary()
    {
        IEnumerable<Type> stages = typeof(StageAttribute).Assembly.GetExportedTypes()
            .Where(static type => type.IsSubclassOf(typeof(StageAttribute)) && type.BaseType is { IsGenericType: true } && !type.IsGenericType);
        Assert.Equal(
            stages.Select(static type => type.Name).Order(),
            BuiltInStages.All.Values.SelectMany(static slot => slot).Select(static choice => choice.Attribute.Name).Distinct().Order());
    }

    [Fact]
    public void Product_WhatIsRefusedHasADiagnosticAndWhatIsAcceptedIsGenerated()
        => Assert.All(product.Verdicts, static verdict => Assert.Equal(verdict.Accepted, verdict.Generated));

    [Fact]
    public void Cover_OfTriples_HoldsEveryPair()
    {
        IReadOnlyList<Combination> triples = Product.Cover(product.Accepted, 3);
        Assert.Equal(Product.Sets(product.Accepted, 2), Product.Sets(triples, 2));
    }

    [Fact]
    public void Cover_EqualsThePlainReferencesOnTheDevice()
    {
        (Combination Combination, string? Problem)[] run = [.. DeviceCheck.Run(Product.Cover(product.Accepted, Strength))];
        Assert.NotEmpty(run);
        Assert.Empty(run.Where(static one => one.Problem is not null).Select(static one => $"{one.Combination}: {one.Problem}"));
    }

    [Fact]
    public void Cover_OfEveryPair_OverAModelWithWindowsEqualsThePlainReferences()
        => Assert.Empty(CombinationCheck.Failures(Product.Cover(product.Accepted, 2), windowed: true)
            .Select(static failure => $"{failure.Combination}: {failure.Problem}"));

    [Fact]
    public void Cover_EqualsThePlainReferences()
        => Assert.Empty(CombinationCheck.Failures(Product.Cover(product.Accepted, Strength)).Select(static failure => $"{failure.Combination}: {failure.Problem}"));

    [Fact]
    public void Cover_WithoutAStatedShape_EqualsThePlainReferences()
        => Assert.Empty(CombinationCheck.Failures(Open(Product.Cover(product.Accepted, Strength))).Select(static failure => $"{failure.Combination}: {failure.Problem}"));

    [Fact]
    public void Cover_OfEveryPair_WithHeadsThatAreNoWholeVectors_EqualsThePlainReferences()
        => Assert.Empty(CombinationCheck.Failures(Open(Product.Cover(product.Accepted, 2)), SmallModel.OddHeadDim)
            .Select(static failure => $"{failure.Combination}: {failure.Problem}"));

    [Fact]
    public void Cover_OfEveryPair_OverWindowsAndHeadsThatAreNoWholeVectors_EqualsThePlainReferences()
        => Assert.Empty(CombinationCheck.Failures(Open(Product.Cover(product.Accepted, 2)), SmallModel.OddHeadDim, windowed: true)
            .Select(static failure => $"{failure.Combination}: {failure.Problem}"));

    private static Combination[] Open(IEnumerable<Combination> combinations) => [.. combinations.Select(static combination => combination with { Open = true })];
}
