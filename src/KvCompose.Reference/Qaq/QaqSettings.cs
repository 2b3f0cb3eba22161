namespace KvCompose.Reference.Qaq;

/// <summary>What shares a number of bits.</summary>
public enum QaqLevel
{
    /// <summary>All layers, heads and channels of a token.</summary>
    Token,

    /// <summary>All heads and channels of a token in a layer.</summary>
    Layer,

    /// <summary>The channels of a token in a head.</summary>
    Head,
}

/// <summary>How a number becomes a code.</summary>
public enum QaqMethod
{
    /// <summary>Even steps.</summary>
    Uniform,

    /// <summary>Quantiles of a normal distribution.</summary>
    Normal,
}

/// <summary>Whose rule holds where the paper and its code differ.</summary>
public enum QaqRule
{
    /// <summary>The published code; a group of 0 bits gives its mean.</summary>
    Code,

    /// <summary>The published code with its slip: a group of 0 bits gives its mean minus half its range.</summary>
    ReferenceExact,

    /// <summary>The paper's bits, and midpoints of the segments of [min, max].</summary>
    Paper,
}

/// <summary>Settings of QAQ.</summary>
/// <param name="Keys">Whether the tensor holds keys; else values.</param>
/// <param name="Level">What shares a number of bits.</param>
/// <param name="Method">How a number becomes a code.</param>
/// <param name="OutlierShare">α, share of a group's elements, both tails together, that stays as it is.</param>
/// <param name="UniformBits">Bits of every group; null takes them from attention.</param>
/// <param name="Window">w, last attention rows.</param>
/// <param name="Tolerance">τ.</param>
/// <param name="LeastBits">Fewest bits.</param>
/// <param name="MostBits">Most bits, which the last w − 1 tokens get.</param>
/// <param name="QueryNormSquared">Q², for keys.</param>
/// <param name="Symmetric">Whether codes lie around 0 instead of the mean.</param>
public sealed record QaqSettings(
    bool Keys,
    QaqLevel Level,
    QaqMethod Method,
    double OutlierShare,
    int? UniformBits = null,
    int Window = 5,
    double Tolerance = 1,
    int LeastBits = 1,
    int MostBits = 4,
    double QueryNormSquared = 300,
    bool Symmetric = false);
