namespace KvCompose.Residency.Pages;

/// <summary>A token in a page's block, of every layer.</summary>
/// <param name="Block">The block, or <see cref="Staged"/>.</param>
/// <param name="Slot">The token's slot.</param>
internal readonly record struct PageMember(int Block, int Slot)
{
    /// <summary>Stands for the tokens that are being inserted.</summary>
    public const int Staged = -1;
}
