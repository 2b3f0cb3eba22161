namespace KvCompose.Models.Tokenizers.PreTokenizers;

/// <summary>The pieces of a normalised text. No token crosses from one to the next.</summary>
/// <param name="text">The normalised text.</param>
/// <param name="originalStart">Where it begins in the original text, in code points.</param>
internal sealed class Pieces(TextBuffer text, int originalStart)
{
    private List<(int Start, int End)> _ranges = text.Length == 0 ? [] : [(0, text.Length)];
    private bool _split;

    public TextBuffer Text { get; } = text;

    public IReadOnlyList<(int Start, int End)> Ranges => _ranges;

    /// <summary>Where a piece begins in the original text; exact for split pieces only where origins are kept.</summary>
    public int OriginalStart(int piece) => _split && Text.Tracks ? Text.Origin(_ranges[piece].Start).Start : piece == 0 ? originalStart : int.MaxValue;

    /// <summary>Puts new ranges for the old ones; empty ones are dropped.</summary>
    public void Replace(List<(int Start, int End)> ranges)
    {
        ranges.RemoveAll(range => range.Start >= range.End);
        _split |= ranges.Count != 1 || _ranges.Count != 1;
        _ranges = ranges;
    }
}
