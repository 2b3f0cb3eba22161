using System.Text;
using KvCompose.Models.Tokenizers.Patterns;

namespace KvCompose.Models.Tokenizers.Decoders;

/// <summary>Joins all elements.</summary>
internal sealed class Fuse : IDecoder
{
    public List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}

/// <summary>Removes a character up to some times at the start and end of each element.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : IDecoder
{
    public List<string> Decode(List<string> tokens) => tokens.ConvertAll(Strip);

    private string Strip(string token)
    {
        int from = 0, to = token.Length;
        for (int i = 0; i < start && token.AsSpan(from).StartsWith(content, StringComparison.Ordinal); i++)
        {
            from += content.Length;
        }

        for (int i = 0; i < stop && token.AsSpan(from, to - from).EndsWith(content, StringComparison.Ordinal); i++)
        {
            to -= content.Length;
        }

        return token[from..to];
    }
}

/// <summary>Puts a literal text for each match in each element.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : IDecoder
{
    public List<string> Decode(List<string> tokens) => tokens.ConvertAll(Replace);

    private string Replace(string token)
    {
        var matches = new List<(int Start, int End)>();
        pattern.Find(token, matches, CancellationToken.None);
        if (matches.Count == 0)
        {
            return token;
        }

        var text = new StringBuilder();
        int last = 0;
        foreach ((int start, int end) in matches)
        {
            text.Append(token, last, start - last).Append(content);
            last = end;
        }

        return text.Append(token, last, token.Length - last).ToString();
    }
}

/// <summary>The visible character becomes a space; in the first element, which it was put before, nothing.</summary>
internal sealed class MetaspaceDecoder(string replacement, bool dropsFirst) : IDecoder
{
    public List<string> Decode(List<string> tokens)
        => [.. tokens.Select((token, i) => token.Replace(replacement, i == 0 && dropsFirst ? "" : " ", StringComparison.Ordinal))];
}

/// <summary>Tokens that go on lose their prefix, others are put after a space.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : IDecoder
{
    public List<string> Decode(List<string> tokens) => [.. tokens.Select((token, i) => Join(i == 0 ? token : Continue(token)))];

    public static string CleanUp(string text) => text
        .Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'").Replace(" n't", "n't")
        .Replace(" 'm", "'m").Replace(" do not", " don't").Replace(" 's", "'s").Replace(" 've", "'ve").Replace(" 're", "'re");

    private string Continue(string token) => token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;

    private string Join(string token) => cleanUp ? CleanUp(token) : token;
}

/// <summary>The suffix of a word's last token becomes a space; in the last token, nothing.</summary>
internal sealed class BytePairDecoder(string suffix) : IDecoder
{
    public List<string> Decode(List<string> tokens)
        => suffix.Length == 0 ? tokens : [.. tokens.Select((token, i) => token.Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal))];
}

/// <summary>Connectionist temporal classification: repeated tokens count once, padding vanishes.</summary>
internal sealed class CtcDecoder(string padding, string delimiter, bool cleanUp) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var result = new List<string>();
        for (int i = 0; i < tokens.Count; i++)
        {
            if (i > 0 && tokens[i] == tokens[i - 1])
            {
                continue;
            }

            string text = padding.Length == 0 ? tokens[i] : tokens[i].Replace(padding, "", StringComparison.Ordinal);
            if (cleanUp)
            {
                text = WordPieceDecoder.CleanUp(text);
                text = delimiter.Length == 0 ? text : text.Replace(delimiter, " ", StringComparison.Ordinal);
            }

            if (text.Length > 0)
            {
                result.Add(text);
            }
        }

        return result;
    }
}
