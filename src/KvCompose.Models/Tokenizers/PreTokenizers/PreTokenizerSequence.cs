namespace KvCompose.Models.Tokenizers.PreTokenizers;

/// <summary>Several pre-tokenizers in order.</summary>
internal sealed class PreTokenizerSequence(IPreTokenizer[] steps) : IPreTokenizer
{
    public bool NeedsOrigins => steps.Length > 1 && steps.Any(step => step.NeedsOrigins);

    public void Apply(Pieces pieces, CancellationToken cancellation)
    {
        foreach (IPreTokenizer step in steps)
        {
            cancellation.ThrowIfCancellationRequested();
            step.Apply(pieces, cancellation);
        }
    }
}
