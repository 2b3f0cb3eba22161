using System.ComponentModel;

namespace KvCompose.Cache;

/// <summary>Which words of a token's state pages keep.</summary>
/// <param name="OrderWord">The word that holds the line of a head, one slot number a rank; −1 for none.</param>
/// <param name="CollectedWord">The word that holds what a token has collected of the probabilities given to it; −1 for none.</param>
/// <param name="Reduction">How the probabilities of a group's query heads become one.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct PageState(int OrderWord, int CollectedWord, GroupReduction Reduction)
{
    /// <summary>No words.</summary>
    public static PageState None => new(-1, -1, GroupReduction.Sum);

    /// <summary>Whether tokens collect.</summary>
    public bool Collects => CollectedWord >= 0;

    /// <summary>Where a page keeps a word of a token's state.</summary>
    /// <param name="layout">The page's layout.</param>
    /// <param name="page">Address of the page.</param>
    /// <param name="word">Which word, below <see cref="PageLayout.StateWords"/>.</param>
    /// <param name="place">The token's place in the page.</param>
    public static unsafe int* At(PageLayout layout, byte* page, int word, int place)
        => (int*)(page + layout.StateOffset) + (word * layout.PageTokens) + place;
}
