namespace KvCompose.Models.Tokenizers.Models;

/// <summary>Takes a model's tokens, in order. Ranges are UTF-8 bytes of the piece.</summary>
internal sealed class TokenSink
{
    /// <summary>The tokens of the piece so far.</summary>
    public List<ModelToken> Tokens { get; } = [];

    public void Add(int id, int start, int end, string? text = null) => Tokens.Add(new ModelToken(id, start, end, text));
}

/// <param name="Id">The token.</param>
/// <param name="Start">Where it begins in the piece, in UTF-8 bytes.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Text">What it stands for, if not its spelling in the vocabulary.</param>
internal readonly record struct ModelToken(int Id, int Start, int End, string? Text);
