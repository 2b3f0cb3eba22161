using System.ComponentModel;
using KvCompose.Cache;

namespace KvCompose.Attention;

/// <summary>One split of a decode step's attention: some pages of one key-value head of one sequence.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct KvSplit
{
    /// <summary>The head's pages.</summary>
    public PageTable* Table;

    /// <summary>The group's queries, [G, d].</summary>
    public float* Queries;

    /// <summary>Where the group's output goes, [G, d].</summary>
    public float* Attended;

    /// <summary>First page of the split.</summary>
    public int FirstPage;

    /// <summary>Tokens of the split.</summary>
    public int Tokens;

    /// <summary>The bound c of scaled scores; 0 for none.</summary>
    public float SoftCap;

    /// <summary>Place of the split's partial result, or −1 when it is the head's only split.</summary>
    public int Partial;

    /// <summary>Where the split's softmax weights 2^(score − maximum) stay, [G] rows; null when nobody reads them.</summary>
    public float* Weights;

    /// <summary>[G] maxima in powers of two, then [G] sums of the weights; null like <see cref="Weights"/>.</summary>
    public float* Maxima;
}
