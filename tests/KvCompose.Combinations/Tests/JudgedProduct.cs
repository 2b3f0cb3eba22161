using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Compiling;

namespace KvCompose.Combinations.Tests;

/// <summary>The full product as the analyzer sees it: asked once for all tests.</summary>
public sealed class JudgedProduct : IAsyncLifetime
{
    internal IReadOnlyList<Verdict> Verdicts { get; private set; } = [];

    internal IReadOnlyList<Combination> Accepted => [.. Verdicts.Where(static verdict => verdict.Accepted).Select(static verdict => verdict.Combination)];

    public async Task InitializeAsync() => Verdicts = await Judge.AskAsync(Product.All);

    public Task DisposeAsync() => Task.CompletedTask;
}

/// <summary>Tests that share the answers.</summary>
[CollectionDefinition(nameof(JudgedProduct))]
public sealed class JudgedProductTests : ICollectionFixture<JudgedProduct>;
