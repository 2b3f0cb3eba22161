namespace KvCompose.Models.Tokenizers.Normalizers;

/// <summary>Several normalizers in order.</summary>
internal sealed class NormalizerSequence(INormalizer[] steps) : INormalizer
{
    public void Apply(TextBuffer text, CancellationToken cancellation)
    {
        foreach (INormalizer step in steps)
        {
            cancellation.ThrowIfCancellationRequested();
            step.Apply(text, cancellation);
        }
    }
}
