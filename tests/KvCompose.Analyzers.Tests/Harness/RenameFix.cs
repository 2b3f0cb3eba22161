using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Analyzers.Tests.Harness;

/// <summary>Gives a type another name; which one decides whether it is a good fix or one of the bad ones.</summary>
internal sealed class RenameFix(Func<string, string> rename, FixAllProvider? fixAll) : CodeFixProvider
{
    public static RenameFix Good() => new(static name => char.ToUpperInvariant(name[0]) + name[1..], WellKnownFixAllProviders.BatchFixer);

    public override ImmutableArray<string> FixableDiagnosticIds => [LowerCaseAnalyzer.Id];

    public override FixAllProvider? GetFixAllProvider() => fixAll;

    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        context.RegisterCodeFix(
            CodeAction.Create("Rename", token => RenameAsync(context.Document, context.Span.Start, token), "Rename"), context.Diagnostics);
        return Task.CompletedTask;
    }

    private async Task<Document> RenameAsync(Document document, int position, CancellationToken cancellation)
    {
        var root = (await document.GetSyntaxRootAsync(cancellation))!;
        var name = root.FindToken(position);
        return document.WithSyntaxRoot(root.ReplaceToken(name, SyntaxFactory.Identifier(rename(name.Text)).WithTriviaFrom(name)));
    }
}
