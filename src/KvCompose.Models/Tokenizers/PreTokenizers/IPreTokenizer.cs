namespace KvCompose.Models.Tokenizers.PreTokenizers;

/// <summary>Cuts pieces into finer ones.</summary>
internal interface IPreTokenizer
{
    /// <summary>Whether it must know where each piece came from.</summary>
    bool NeedsOrigins => false;

    void Apply(Pieces pieces, CancellationToken cancellation);
}
