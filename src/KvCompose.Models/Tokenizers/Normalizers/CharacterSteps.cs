using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Normalizers;

/// <summary>Full lower case of each character, without context or language.</summary>
internal sealed class Lowercase : INormalizer
{
    public void Apply(TextBuffer text, CancellationToken cancellation)
    {
        TextBuffer.Rewriter rewriter = text.Rewrite();
        Dictionary<int, int[]> lower = UnicodeData.Tables.Lower;
        for (int i = 0; i < text.Length; i += CodePoints.Length(text.Text, i))
        {
            int c = CodePoints.At(text.Text, i);
            if (c < 128)
            {
                rewriter.Add(c is >= 'A' and <= 'Z' ? c | 0x20 : c, 0);
                continue;
            }

            if (!lower.TryGetValue(c, out int[]? lowered))
            {
                rewriter.Add(c, 0);
                continue;
            }

            for (int j = 0; j < lowered.Length; j++)
            {
                rewriter.Add(lowered[j], j == 0 ? 0 : 1);
            }
        }

        rewriter.Finish();
    }
}

/// <summary>Removes the characters that a rule names.</summary>
internal sealed class Remove(Func<int, bool> removed) : INormalizer
{
    /// <summary>Removes everything of category M; it does not decompose first.</summary>
    public static Remove Accents { get; } = new(c => c >= 0x300 && UnicodeData.Tables.Accents.Contains(c));

    public void Apply(TextBuffer text, CancellationToken cancellation)
    {
        TextBuffer.Rewriter rewriter = text.Rewrite();
        for (int i = 0; i < text.Length;)
        {
            int units = CodePoints.Length(text.Text, i);
            if (removed(CodePoints.At(text.Text, i)))
            {
                rewriter.CopyTo(i);
                rewriter.SkipTo(i + units);
            }

            i += units;
        }

        rewriter.CopyTo(text.Length);
        rewriter.Finish();
    }
}

/// <summary>Puts one character for another; null leaves it.</summary>
internal sealed class Map(Func<int, int?> target) : INormalizer
{
    public void Apply(TextBuffer text, CancellationToken cancellation)
    {
        TextBuffer.Rewriter rewriter = text.Rewrite();
        for (int i = 0; i < text.Length; i += CodePoints.Length(text.Text, i))
        {
            int c = CodePoints.At(text.Text, i);
            rewriter.Add(target(c) ?? c, 0);
        }

        rewriter.Finish();
    }
}

/// <summary>Removes white space at the ends.</summary>
internal sealed class Strip(bool left, bool right) : INormalizer
{
    public void Apply(TextBuffer text, CancellationToken cancellation)
    {
        // White space is never outside the basic plane.
        int start = 0, end = text.Length;
        while (left && start < end && UnicodeData.IsWhiteSpace(text.Text[start]))
        {
            start++;
        }

        while (right && end > start && UnicodeData.IsWhiteSpace(text.Text[end - 1]))
        {
            end--;
        }

        TextBuffer.Rewriter rewriter = text.Rewrite();
        rewriter.SkipTo(start);
        rewriter.CopyTo(end);
        rewriter.Finish();
    }
}

/// <summary>Puts text before a piece that is not empty.</summary>
internal sealed class Prepend(string prefix) : INormalizer
{
    public void Apply(TextBuffer text, CancellationToken cancellation)
    {
        if (text.Length == 0)
        {
            return;
        }

        TextBuffer.Rewriter rewriter = text.Rewrite();
        for (int i = 0; i < prefix.Length; i += CodePoints.Length(prefix, i))
        {
            rewriter.InsertBefore(CodePoints.At(prefix, i));
        }

        rewriter.CopyTo(text.Length);
        rewriter.Finish();
    }
}

/// <summary>Every UTF-8 byte becomes its character of the byte alphabet.</summary>
internal sealed class ByteLevelNormalizer : INormalizer
{
    public void Apply(TextBuffer text, CancellationToken cancellation)
    {
        TextBuffer.Rewriter rewriter = text.Rewrite();
        Span<byte> bytes = stackalloc byte[4];
        for (int i = 0; i < text.Length; i += CodePoints.Length(text.Text, i))
        {
            int count = new System.Text.Rune(CodePoints.At(text.Text, i)).EncodeToUtf8(bytes);
            for (int j = 0; j < count; j++)
            {
                rewriter.Add(ByteAlphabet.Character(bytes[j]), j == 0 ? 0 : 1);
            }
        }

        rewriter.Finish();
    }
}
