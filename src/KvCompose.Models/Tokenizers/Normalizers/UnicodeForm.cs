using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Normalizers;

/// <summary>NFC, NFD, NFKC, NFKD.</summary>
internal sealed class UnicodeForm(bool compatible, bool compose) : INormalizer
{
    private const char FirstThatNfcChanges = '\u0300';
    private const char FirstThatAnyFormChanges = '\u00A0';

    public void Apply(TextBuffer text, CancellationToken cancellation)
    {
        char unchanged = compose && !compatible ? FirstThatNfcChanges : FirstThatAnyFormChanges;
        int first = text.Text.IndexOfAnyExceptInRange('\0', (char)(unchanged - 1));
        if (first < 0)
        {
            return;
        }

        // A combining mark may join the character before it.
        TextBuffer.Rewriter rewriter = text.Rewrite();
        rewriter.CopyTo(Math.Max(first - 1, 0));
        foreach ((int codePoint, int change) in NormalForms.Apply(text.Text[rewriter.Position..], compatible, compose))
        {
            rewriter.Add(codePoint, change);
        }

        rewriter.Finish();
    }
}
