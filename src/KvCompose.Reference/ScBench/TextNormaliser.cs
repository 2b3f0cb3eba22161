using System.Text;

namespace KvCompose.Reference.ScBench;

/// <summary>Texts as SCBench's scorers compare them.</summary>
internal static class TextNormaliser
{
    /// <summary>ASCII punctuation.</summary>
    public const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private const string ChinesePunctuation =
        "！？｡。＂＃＄％＆＇（）＊＋，－／：；＜＝＞＠［＼］＾＿｀｛｜｝～｟｠｢｣､、〃》「」『』【】〔〕〖〗〘〙〚〛〜〝〞〟〰〾〿–—‘’‛“”„‟…‧﹏.";

    private static readonly HashSet<string> Articles = ["a", "an", "the"];

    /// <summary>Lower case, no ASCII punctuation, no articles, single spaces: the words.</summary>
    public static string[] EnglishWords(string text)
    {
        string lower = string.Concat(text.ToLowerInvariant().Where(c => !Punctuation.Contains(c)));
        var kept = new StringBuilder();
        for (int first = 0; first < lower.Length;)
        {
            int last = first;
            while (last < lower.Length && IsWordPart(lower[last]) == IsWordPart(lower[first]))
            {
                last++;
            }

            string part = lower[first..last];
            kept.Append(Articles.Contains(part) ? " " : part);
            first = last;
        }

        return Words(kept.ToString());
    }

    /// <summary>Lower case without punctuation and white space: the characters.</summary>
    public static string[] ChineseCharacters(string text)
        => [.. text.ToLowerInvariant().EnumerateRunes().Where(rune => !Rune.IsWhiteSpace(rune)).Select(rune => rune.ToString())
            .Where(character => !Punctuation.Contains(character) && !ChinesePunctuation.Contains(character))];

    /// <summary>Words between white space.</summary>
    public static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c == '_';
}
