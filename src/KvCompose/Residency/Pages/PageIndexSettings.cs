using System.ComponentModel;

namespace KvCompose.Residency.Pages;

/// <summary>How an index forms and ranks its pages.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record PageIndexSettings
{
    /// <summary>P, tokens of a page: one key tile.</summary>
    public const int PageTokens = 16;

    /// <summary>Which tokens share a page.</summary>
    public PageFormation Formation { get; init; } = PageFormation.Clustered;

    /// <summary>How pages are ranked.</summary>
    public PageRanking Ranking { get; init; } = PageRanking.LogSumExp;

    /// <summary>p0, landmarks over tokens: a cell has 1/p0 tokens on average.</summary>
    public float Promotion { get; init; } = 0.02f;

    /// <summary>How often a build moves the landmarks to the means of their cells and assigns every token again.</summary>
    public int Refinements { get; init; } = 1;

    /// <summary>M of the key transform is this times the largest squared norm when it is set or has to grow.</summary>
    public float NormReserve { get; init; } = 1.5f;

    /// <summary>Pages whose keys are scored, for every page wanted; 0 scores the keys of all pages. Only rankings that look at keys.</summary>
    public int Prefilter { get; init; } = 4;

    /// <summary>Pages whose means are scored, at least, for every page whose keys are; 0 scores the means of all pages.</summary>
    public int CellPrefilter { get; init; } = 8;

    /// <summary>Throws where a value makes no index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public void Validate()
    {
        Check(Promotion is > 0 and <= 1, Promotion, nameof(Promotion), "a share is above 0 and at most 1");
        Check(Refinements >= 0, Refinements, nameof(Refinements), "a count is not negative");
        Check(NormReserve is >= 1 and < 1e6f, NormReserve, nameof(NormReserve), "the reserve is at least 1");
        Check(Prefilter >= 0, Prefilter, nameof(Prefilter), "a count is not negative");
        Check(CellPrefilter >= 0, CellPrefilter, nameof(CellPrefilter), "a count is not negative");
        Check(Enum.IsDefined(Formation), Formation, nameof(Formation), "there is no such formation");
        Check(Enum.IsDefined(Ranking), Ranking, nameof(Ranking), "there is no such ranking");
    }

    private static void Check(bool holds, object value, string name, string rule)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, rule);
        }
    }
}
