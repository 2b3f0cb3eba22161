using KvCompose.Models.Tokenizers.Patterns;
using KvCompose.Models.Tokenizers.PreTokenizers;

namespace KvCompose.Models.Tokenizers.Vocabularies.Gguf;

/// <summary>Makes the pre-tokenizer of a byte-level vocabulary from its rules.</summary>
internal static class GgufSplits
{
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string HanFreeUpper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]", HanFreeLower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]";
    private const string Rest = @" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // llama.cpp has a procedure for this one instead of a pattern.
    private const string Kimi =
        @"\p{Han}+|[^\r\n\p{L}\p{N}]?" + HanFreeUpper + "*" + HanFreeLower + "+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?"
        + HanFreeUpper + "+" + HanFreeLower + @"*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}|" + Rest;

    /// <summary>The steps in order.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="published">Whether patterns are those of the published tokenizer.json, where llama.cpp's differ.</param>
    public static IPreTokenizer Create(PreRules rules, bool published)
    {
        var steps = new List<IPreTokenizer>();
        foreach (string pattern in rules.Patterns)
        {
            steps.Add(pattern == PreTokenizerTable.ThreesFromTheRight
                ? new ThreesFromTheRight()
                : new PatternSplit(
                    new TextPattern(null, Pattern.Parse(rules.Names.Contains("kimi-k2") ? Kimi : published ? Published(pattern) : pattern)),
                    SplitBehavior.Isolated, invert: false));
        }

        if (!rules.Has(PreFlags.Raw))
        {
            steps.Add(new ByteLevel(addPrefixSpace: false, split: false));
        }

        return new PreTokenizerSequence([.. steps]);
    }

    /// <summary>
    /// llama.cpp rewrote what its own matcher lacks: letters of upper and lower case, where marks count as letters, and contractions
    /// without regard to case.
    /// </summary>
    private static string Published(string pattern) => pattern
        .Replace(@"((?=[\p{L}])([^a-z]))", Upper, StringComparison.Ordinal)
        .Replace(@"((?=[\p{L}])([^A-Z]))", Lower, StringComparison.Ordinal)
        .Replace(@"((?=[\p{L}\p{M}])([^a-z]))", Upper, StringComparison.Ordinal)
        .Replace(@"((?=[\p{L}\p{M}])([^A-Z]))", Lower, StringComparison.Ordinal)
        .Replace(PreTokenizerTable.Contractions, "(?i:'s|'t|'re|'ve|'m|'ll|'d)", StringComparison.Ordinal)
        .Replace("'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])", "'(?i:[sdmt]|ll|ve|re)", StringComparison.Ordinal);
}
