using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace KvCompose.Roslyn.Testing;

/// <summary>What sources look like while somebody types them, and worse. The same seeds always give the same texts.</summary>
public static class BrokenSources
{
    private static readonly string[] OtherValues =
    [
        "-1", "0", "1", "48", "7", "2147483647", "-2147483648", "99999999999", "1e300", "0.1f", "double.NaN", "'c'", "\"text\"", "null",
        "default", "true", "typeof(int)", "new[] { 1 }", "(PoolingKind)99", "unknown", "1 / 0", "",
    ];

    private static readonly string[] OtherNames = ["Unknown", "int", "string", "KvPipeline", "SnapKv", "Score", "@if", "Plan"];

    /// <summary>Every text that one small change makes of a seed, each once.</summary>
    public static IReadOnlyList<string> From(params IEnumerable<string> seeds)
        => [.. seeds.SelectMany(Mutations).Distinct(StringComparer.Ordinal)];

    /// <summary>A number of these texts, evenly spread over all changes.</summary>
    public static IReadOnlyList<string> Sample(int count, params IEnumerable<string> seeds)
    {
        var all = From(seeds);
        return [.. Enumerable.Range(0, Math.Min(count, all.Count)).Select(i => all[(int)((long)i * all.Count / Math.Min(count, all.Count))])];
    }

    private static IEnumerable<string> Mutations(string seed)
    {
        var root = CSharpSyntaxTree.ParseText(seed).GetRoot();
        var tokens = root.DescendantTokens().Where(token => token.Span.Length > 0).ToList();
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            yield return seed[..token.Span.End];
            yield return With(seed, token.Span, "");
            yield return With(seed, token.Span, token.Text + " " + token.Text);
            if (i > 0)
                yield return With(seed, TextSpan.FromBounds(tokens[i - 1].SpanStart, token.Span.End), token.Text + " " + tokens[i - 1].Text);
            foreach (var other in Others(token))
                yield return With(seed, token.Span, other);
        }
        foreach (var node in root.DescendantNodes().Where(IsPart))
        {
            yield return With(seed, node.Span, "");
            yield return With(seed, node.Span, node + "\n" + node);
            yield return With(seed, node.Span, node + ", " + node);
        }
    }

    private static IEnumerable<string> Others(SyntaxToken token)
        => token.Parent is LiteralExpressionSyntax ? OtherValues : token.IsKind(SyntaxKind.IdentifierToken) ? OtherNames : [];

    private static bool IsPart(SyntaxNode node)
        => node is UsingDirectiveSyntax or AttributeListSyntax or AttributeSyntax or AttributeArgumentSyntax or MemberDeclarationSyntax
            or BaseListSyntax or TypeArgumentListSyntax or ParameterSyntax;

    private static string With(string source, TextSpan span, string text) => source[..span.Start] + text + source[span.End..];
}
