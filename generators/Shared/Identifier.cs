using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Shared;

/// <summary>Names as they may stand in source text.</summary>
internal static class Identifier
{
    /// <summary>The name, with an @ where it would otherwise be read as a keyword.</summary>
    public static string Escape(string name)
        => SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None
            ? "@" + name
            : name;
}
