namespace KvCompose.Analyzers;

/// <summary>Where the page of a rule is.</summary>
internal static class HelpLink
{
    private const string Pages = "https://github.com/kvcompose/kvcompose/blob/main/analyzers/docs/";

    public static string Of(string id) => Pages + id + ".md";
}
