using KvCompose.Models.Json;
using KvCompose.Models.Tokenizers.Patterns;
using KvCompose.Models.Tokenizers.PreTokenizers;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Vocabularies.Json;

/// <summary>Reads a pre-tokenizer.</summary>
internal static class PreTokenizerReader
{
    private static readonly TextPattern s_whiteSpace = TextPattern.Of(UnicodeData.IsWhiteSpace);
    private static readonly TextPattern s_punctuation = TextPattern.Of(UnicodeData.IsBertPunctuation);
    private static readonly TextPattern s_number = TextPattern.Of(c => UnicodeData.Is(c, UnicodeCategories.Number));
    private static readonly TextPattern s_words = new(
        null, Pattern.OfRuns(UnicodeData.IsWord, c => !UnicodeData.IsWord(c) && !UnicodeData.IsWhiteSpace(c)));

    public static IPreTokenizer Read(JsonFields fields)
    {
        switch (fields.RequiredText("type"))
        {
            case "Sequence":
                return new PreTokenizerSequence([.. fields.Objects("pretokenizers").Select(Read)]);
            case "Split":
                return new PatternSplit(PatternReader.Read(fields), Behavior(fields, null), fields.Flag("invert", absent: false));
            case "Whitespace":
                return new PatternSplit(s_words, SplitBehavior.Removed, invert: true);
            case "WhitespaceSplit":
                return new PatternSplit(s_whiteSpace, SplitBehavior.Removed, invert: false);
            case "BertPreTokenizer":
                return new PreTokenizerSequence(
                [
                    new PatternSplit(s_whiteSpace, SplitBehavior.Removed, invert: false),
                    new PatternSplit(s_punctuation, SplitBehavior.Isolated, invert: false),
                ]);
            case "Punctuation":
                return new PatternSplit(s_punctuation, Behavior(fields, "Isolated"), invert: false);
            case "Digits":
                SplitBehavior digits = fields.Flag("individual_digits", absent: false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous;
                return new PatternSplit(s_number, digits, invert: false);
            case "CharDelimiterSplit":
                string delimiter = Choice.Character(fields, "delimiter") ?? fields.RequiredText("delimiter");
                return new PatternSplit(new TextPattern(delimiter, null), SplitBehavior.Removed, invert: false);
            case "FixedLength":
                return new FixedLength(fields.Integer("length", 1, int.MaxValue, absent: 5));
            case "UnicodeScripts":
                return new UnicodeScripts();
            case "Metaspace":
                return new Metaspace(
                    CodePoints.At(Choice.Character(fields, "replacement") ?? "▁", 0), Scheme(fields), fields.Flag("split", absent: true));
            case "ByteLevel":
                return new ByteLevel(fields.Flag("add_prefix_space", absent: true), fields.Flag("use_regex", absent: true));
            default:
                throw fields.Unsupported("type", "a pre-tokenizer that is supported");
        }
    }

    /// <summary>When a Metaspace step puts its character before a piece; older files say so by a flag.</summary>
    public static PrependScheme Scheme(JsonFields fields)
    {
        string old = fields.Flag("add_prefix_space", absent: true) ? "always" : "never";
        return Choice.Of(fields, "prepend_scheme", old, "always", "first", "never") switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            _ => PrependScheme.Never,
        };
    }

    private static SplitBehavior Behavior(JsonFields fields, string? absent)
        => Enum.Parse<SplitBehavior>(Choice.Of(fields, "behavior", absent, "Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"));
}
