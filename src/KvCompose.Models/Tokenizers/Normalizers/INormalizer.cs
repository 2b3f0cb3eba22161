namespace KvCompose.Models.Tokenizers.Normalizers;

/// <summary>Changes text before it is split.</summary>
internal interface INormalizer
{
    void Apply(TextBuffer text, CancellationToken cancellation);
}
