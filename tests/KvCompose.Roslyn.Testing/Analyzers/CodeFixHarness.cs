using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Roslyn.Testing;

/// <summary>
/// Applies a code fix to marked sources and compares with the expected ones. Marks before say what is diagnosed, marks
/// after what is left; so a fix that leaves or makes a compile error fails.
/// </summary>
/// <param name="Fix">The fix under test.</param>
/// <param name="Analyzers">The analyzers whose diagnostics it fixes.</param>
public sealed record CodeFixHarness(CodeFixProvider Fix, params ImmutableArray<DiagnosticAnalyzer> Analyzers)
{
    private const int MostIterations = 50;

    /// <summary>Generators that run before the analyzers.</summary>
    public ImmutableArray<IIncrementalGenerator> Generators { get; init; } = [];

    /// <summary>How the sources are compiled.</summary>
    public TestProject Project { get; init; } = new();

    /// <summary>The equivalence key of the action to take; null takes the first one offered.</summary>
    public string? EquivalenceKey { get; init; }

    /// <summary>Fixes one diagnostic after another until the fix has nothing left to offer.</summary>
    /// <exception cref="RoslynAssertException">Diagnostics or texts are not the expected ones, or the fix never ends.</exception>
    public async Task VerifyAsync(string[] before, string[] after)
    {
        using var workspace = await OpenAsync(before);
        for (var iteration = 0; await FirstActionAsync(workspace) is { } first; iteration++)
        {
            if (iteration == MostIterations)
                throw new RoslynAssertException(
                    $"The fix still offers '{first.Action.Title}' after {MostIterations} times.");
            await ApplyAsync(workspace, first.Action);
        }
        await AssertTextsAsync(workspace, after);
    }

    /// <inheritdoc cref="VerifyAsync(string[], string[])"/>
    public Task VerifyAsync(string before, string after) => VerifyAsync([before], [after]);

    /// <summary>Fixes every diagnostic of the scope in one go, as an editor's Fix All does.</summary>
    /// <exception cref="RoslynAssertException">There is no Fix All, or diagnostics or texts are not the expected ones.</exception>
    public async Task VerifyFixAllAsync(string[] before, string[] after, FixAllScope scope = FixAllScope.Project)
    {
        using var workspace = await OpenAsync(before);
        var provider = Fix.GetFixAllProvider() ?? throw new RoslynAssertException("The fix has no Fix All provider.");
        var (document, action) = await FirstActionAsync(workspace) ?? throw new RoslynAssertException("The fix offers nothing.");
        var context = new FixAllContext(
            document, Fix, scope, action.EquivalenceKey, Fix.FixableDiagnosticIds,
            new FixAllDiagnostics(FixableAsync), CancellationToken.None);
        var all = await provider.GetFixAsync(context) ?? throw new RoslynAssertException("Fix All offers nothing.");
        await ApplyAsync(workspace, all);
        await AssertTextsAsync(workspace, after);
    }

    /// <inheritdoc cref="VerifyFixAllAsync(string[], string[], FixAllScope)"/>
    public Task VerifyFixAllAsync(string before, string after) => VerifyFixAllAsync([before], [after], FixAllScope.Document);

    /// <summary>Asserts that the marked diagnostics are there and that the fix has no answer to them.</summary>
    /// <exception cref="RoslynAssertException">Diagnostics differ, or the fix offers an action.</exception>
    public async Task VerifyOffersNothingAsync(params string[] sources)
    {
        using var workspace = await OpenAsync(sources);
        if (await FirstActionAsync(workspace) is { } first)
            throw new RoslynAssertException($"The fix offers '{first.Action.Title}'.");
    }

    private async Task<CodeFixWorkspace> OpenAsync(string[] markedSources)
    {
        var sources = markedSources.Select(Markup.Parse).ToList();
        var workspace = new CodeFixWorkspace(Project, sources.Select(source => source.Source), Generators);
        DiagnosticComparison.AssertAsMarked(sources, await DiagnoseAsync(workspace.Project));
        return workspace;
    }

    private async Task<ImmutableArray<Diagnostic>> DiagnoseAsync(Project project)
        => await DiagnosticRunner.DiagnoseAsync((await project.GetCompilationAsync())!, Analyzers, Project);

    private async Task<ImmutableArray<Diagnostic>> FixableAsync(Project project)
        => [.. (await DiagnoseAsync(project)).Where(diagnostic => Fix.FixableDiagnosticIds.Contains(diagnostic.Id))];

    private async Task<(Document Document, CodeAction Action)?> FirstActionAsync(CodeFixWorkspace workspace)
    {
        foreach (var diagnostic in await FixableAsync(workspace.Project))
        {
            if (workspace.Solution.GetDocument(diagnostic.Location.SourceTree) is not { } document)
                continue;
            var actions = new List<CodeAction>();
            await Fix.RegisterCodeFixesAsync(
                new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
            if (actions.Find(action => EquivalenceKey is null || action.EquivalenceKey == EquivalenceKey) is { } found)
                return (document, found);
        }
        return null;
    }

    private static async Task ApplyAsync(CodeFixWorkspace workspace, CodeAction action)
    {
        var before = await workspace.TextsAsync();
        var operations = await action.GetOperationsAsync(CancellationToken.None);
        workspace.Solution = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
        if (before.SequenceEqual(await workspace.TextsAsync()))
            throw new RoslynAssertException($"'{action.Title}' changes nothing.");
    }

    private async Task AssertTextsAsync(CodeFixWorkspace workspace, string[] markedSources)
    {
        var expected = markedSources.Select(Markup.Parse).ToList();
        var actual = await workspace.TextsAsync();
        if (expected.Count != actual.Length)
            throw new RoslynAssertException($"{actual.Length} sources were fixed, but {expected.Count} are expected.");
        for (var i = 0; i < actual.Length; i++)
            if (LineDiff.Between(expected[i].Source, actual[i]) is { Length: > 0 } difference)
                throw new RoslynAssertException($"{TestProject.FileName(i)} is fixed in another way:\n{difference}");
        DiagnosticComparison.AssertAsMarked(expected, await DiagnoseAsync(workspace.Project));
    }
}
