using System.Collections.Immutable;
using System.Composition;
using KvCompose.CodeFixes.Editing;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FindSymbols;

namespace KvCompose.CodeFixes;

/// <summary>Turns a stage that is a class into a struct, where that can change nothing else.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakeStructFix)), Shared]
public sealed class MakeStructFix : DeclarationFix
{
    private const string Title = "Make it a struct";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [RuleIds.StageNotUnmanaged];

    internal override async Task<SyntaxEdit?> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (await Declared.StageAsync(document, diagnostic, cancellation).ConfigureAwait(false) is not var (stage, syntax, home)
            || syntax is not (ClassDeclarationSyntax or RecordDeclarationSyntax)
            || !ClassToStruct.IsSafe(stage, syntax))
        {
            return null;
        }

        IEnumerable<INamedTypeSymbol> derived = await SymbolFinder
            .FindDerivedClassesAsync(stage, document.Project.Solution, cancellationToken: cancellation).ConfigureAwait(false);
        return derived.Any()
            ? null
            : new SyntaxEdit(Title, home, syntax, static node => ClassToStruct.Convert((TypeDeclarationSyntax)node));
    }
}
