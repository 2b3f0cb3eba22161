using KvCompose.Models.Tokenizers.Patterns;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Normalizers;

/// <summary>Puts a literal text for each match of a pattern.</summary>
internal sealed class Replace(TextPattern pattern, string content) : INormalizer
{
    public void Apply(TextBuffer text, CancellationToken cancellation)
    {
        var matches = new List<(int Start, int End)>();
        pattern.Find(text.Text, matches, cancellation);
        if (matches.Count == 0)
        {
            return;
        }

        TextBuffer.Rewriter rewriter = text.Rewrite();
        foreach ((int start, int end) in matches)
        {
            rewriter.CopyTo(start);
            rewriter.SkipTo(end);
            for (int i = 0; i < content.Length; i += CodePoints.Length(content, i))
            {
                rewriter.Add(CodePoints.At(content, i), change: 1);
            }
        }

        rewriter.CopyTo(text.Length);
        rewriter.Finish();
    }
}
