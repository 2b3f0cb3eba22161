using System.Text;
using System.Text.RegularExpressions;
using KvCompose.Models.Json;

namespace KvCompose.Models.Tokenizers;

/// <summary>Reads how a byte-level tokenizer prepares a text: normalizer and pre_tokenizer.</summary>
internal static partial class SplitterReader
{
    /// <summary>A text that sends a pattern into endless backtracking gets an exception instead.</summary>
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(10);

    public static Normalisation ReadNormalisation(JsonFields root)
    {
        if (!root.Has("normalizer"))
        {
            return new Normalisation(null);
        }

        JsonFields normaliser = root.Object("normalizer");
        if (normaliser.Text("type") == "Sequence")
        {
            JsonFields[] steps = [.. normaliser.Objects("normalizers")];
            if (steps.Length == 0)
            {
                return new Normalisation(null);
            }

            normaliser = steps.Length == 1 ? steps[0] : throw normaliser.Unsupported("normalizers", "at most one");
        }

        return new Normalisation(normaliser.Text("type") switch
        {
            "NFC" => NormalizationForm.FormC,
            "NFD" => NormalizationForm.FormD,
            "NFKC" => NormalizationForm.FormKC,
            "NFKD" => NormalizationForm.FormKD,
            _ => throw normaliser.Unsupported("type", "NFC, NFD, NFKC or NFKD"),
        });
    }

    public static PieceSplitter[] ReadSplitters(JsonFields root)
    {
        JsonFields first = root.Object("pre_tokenizer");
        JsonFields[] steps = first.Text("type") == "Sequence" ? [.. first.Objects("pretokenizers")] : [first];
        if (steps.Length == 0 || steps[^1].Text("type") != "ByteLevel")
        {
            throw root.Wrong("pre_tokenizer", "another one", "ByteLevel, or a Sequence that ends with it");
        }

        return [.. steps.Select(ReadSplitter)];
    }

    private static PieceSplitter ReadSplitter(JsonFields step)
    {
        switch (step.Text("type"))
        {
            case "ByteLevel":
                Regex? pattern = step.Flag("use_regex", absent: true) ? Gpt2Pattern() : null;
                return new PieceSplitter(pattern, keepsGaps: true, step.Flag("add_prefix_space", absent: true));
            case "Digits":
                string digits = step.Flag("individual_digits", absent: false) ? @"\p{N}" : @"\p{N}+";
                return new PieceSplitter(new Regex(digits, RegexOptions.CultureInvariant), keepsGaps: true, addsPrefixSpace: false);
            case "Split":
                return ReadSplit(step);
            default:
                throw step.Unsupported("type", "ByteLevel, Split or Digits");
        }
    }

    private static PieceSplitter ReadSplit(JsonFields step)
    {
        string behaviour = step.RequiredText("behavior");
        bool inverted = step.Flag("invert", absent: false);
        bool keepsGaps = (behaviour, inverted) switch
        {
            ("Isolated", _) => true,
            ("Removed", true) => false,
            _ => throw step.Unsupported("behavior", "Isolated, or Removed with invert"),
        };
        JsonFields pattern = step.Object("pattern");
        string expression = pattern.Text("Regex") ?? Regex.Escape(pattern.RequiredText("String"));
        try
        {
            return new PieceSplitter(new Regex(expression, RegexOptions.CultureInvariant, MatchLimit), keepsGaps, addsPrefixSpace: false);
        }
        catch (ArgumentException exception)
        {
            throw step.Wrong("pattern", $"'{expression}'", $"an expression that .NET understands ({exception.Message})");
        }
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Pattern();
}
