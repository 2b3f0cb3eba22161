using KvCompose.Cache;

namespace KvCompose.Sessions.Saved;

/// <summary>The numbers of a page table in a saved cache.</summary>
/// <param name="Pages">Pages of the head.</param>
/// <param name="Tokens">Tokens that the head holds.</param>
/// <param name="Budget">Tokens that it may hold while decoding; 0 for as many as come.</param>
/// <param name="RetainsWeights">Whether decode steps leave the head's weights.</param>
internal readonly record struct SavedPageTable(int Pages, int Tokens, int Budget, bool RetainsWeights)
{
    /// <summary>Words of a table in the file.</summary>
    public const int Words = 4;

    /// <summary>The numbers of a table that is in use.</summary>
    public static SavedPageTable Of(in PageTable table) => new(table.PageCount, table.Tokens, table.Budget, table.RetainsWeights);

    /// <summary>The numbers as a file has them.</summary>
    public static SavedPageTable Read(ReadOnlySpan<int> words) => new(words[0], words[1], words[2], words[3] != 0);

    /// <summary>Writes the words of the file.</summary>
    public void CopyTo(Span<int> words) => (words[0], words[1], words[2], words[3]) = (Pages, Tokens, Budget, RetainsWeights ? 1 : 0);
}
