namespace KvCompose.Profiles;

/// <summary>How heads are classified. The defaults are those of the method.</summary>
public sealed record CalibrationSettings
{
    /// <summary>k: positions of an important set; all of them where the prompt has fewer.</summary>
    public int TopTokens { get; init; } = 1024;

    /// <summary>τs: a head that is similar to no other is an anchor from this stability on.</summary>
    public double StableThreshold { get; init; } = 0.5;

    /// <summary>τm: two heads are similar from this overlap on.</summary>
    public double SimilarityThreshold { get; init; } = 0.5;

    /// <summary>Key tokens of the step at which heads are compared; null for the prompt's last token.</summary>
    public int? SimilarityStep { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(TopTokens, 1);
        RequireShare(nameof(StableThreshold), StableThreshold);
        RequireShare(nameof(SimilarityThreshold), SimilarityThreshold);
    }

    private static void RequireShare(string name, double value)
    {
        if (!(value >= 0 && value <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is an overlap, from 0 to 1");
        }
    }
}
