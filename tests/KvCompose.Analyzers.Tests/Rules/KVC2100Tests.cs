namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2100Tests
{
    [Theory]
    [InlineData("Uniform", "{|KVC2100:AdaKvHeads|}")]
    [InlineData("Ragged", "AdaKvHeads")]
    [InlineData("Uniform", "{|KVC2100:HeadRole<Halves>|}")]
    public async Task HeadBudgets_BesideAStageThatReadsRectangles_AreReported(string carries, string role)
    {
        var found = await Check.Analyzers.VerifyAsync($$"""
            using System;
            using KvCompose;
            [KvPipeline, UniformBudget, {{role}}, SnapKv, Residency<Rectangles>] partial class Chat;
            [ResidencyFacts(Carries = CacheLayout.{{carries}})]
            struct Rectangles : IResidency<Rectangles> { public static void Place(in Rectangles options, in PlacementContext context) { } }
            [HeadRoleFacts(Provides = StageProducts.HeadBudgets)]
            struct Halves : IHeadRole<Halves>
            {
                public static void Assign(in Halves options, in HeadBudgetContext context, Span<HeadRole> roles, Span<int> budgets) => budgets[0] /= 2;
            }
            """);
        Assert.All(found, static diagnostic => Assert.EndsWith("produces a ragged layout, but 'Rectangles' supports uniform at most", diagnostic.GetMessage()));
    }
}
