using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Normalizers;

/// <summary>The steps of BERT's published tokenizer, in its order.</summary>
internal static class BertNormalizer
{
    public static INormalizer Create(bool cleanText, bool spaceChinese, bool stripAccents, bool lowercase)
    {
        var steps = new List<INormalizer>();
        if (cleanText)
        {
            steps.Add(new Remove(IsRemoved));
            steps.Add(new Map(c => UnicodeData.IsWhiteSpace(c) ? ' ' : null));
        }

        if (spaceChinese)
        {
            steps.Add(new SpaceChinese());
        }

        if (stripAccents)
        {
            steps.Add(new UnicodeForm(compatible: false, compose: false));
            steps.Add(new Remove(UnicodeData.Tables.OldNonSpacing.Contains));
        }

        if (lowercase)
        {
            steps.Add(new Lowercase());
        }

        return new NormalizerSequence([.. steps]);
    }

    private static bool IsRemoved(int c)
        => c is 0 or 0xFFFD || (c is not ('\t' or '\n' or '\r') && UnicodeData.Tables.OldControls.Contains(c));

    private sealed class SpaceChinese : INormalizer
    {
        public void Apply(TextBuffer text, CancellationToken cancellation)
        {
            TextBuffer.Rewriter rewriter = text.Rewrite();
            for (int i = 0; i < text.Length; i += CodePoints.Length(text.Text, i))
            {
                int c = CodePoints.At(text.Text, i);
                if (UnicodeData.IsChinese(c))
                {
                    rewriter.Add(' ', 0);
                    rewriter.Add(c, 1);
                    rewriter.Add(' ', 1);
                }
                else
                {
                    rewriter.Add(c, 0);
                }
            }

            rewriter.Finish();
        }
    }
}
