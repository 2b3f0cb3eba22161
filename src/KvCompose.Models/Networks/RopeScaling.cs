namespace KvCompose.Models;

/// <summary>How rotary frequencies are stretched beyond the context that a model was first trained on.</summary>
public abstract record RopeScaling
{
    private RopeScaling()
    {
    }

    /// <summary>What cosines and sines are multiplied with: scores grow by its square.</summary>
    internal virtual double Magnitude => 1;

    /// <summary>Frequencies of the width / 2 pairs, in radians per token, for sequences of a length.</summary>
    internal abstract double[] Frequencies(double theta, int width, int length);

    /// <summary>Lengths with the same number have the same frequencies.</summary>
    internal virtual int Regime(int length) => 0;

    /// <summary>θ^(−2i/width), rounded to fp32 as the model's frequencies were when it was trained.</summary>
    private static double[] Plain(double theta, int width)
    {
        var frequencies = new double[width / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = (float)Math.Pow(theta, -2.0 * i / width);
        }

        return frequencies;
    }

    private static double[] Mapped(double theta, int width, Func<double, double> map)
        => [.. Plain(theta, width).Select(frequency => (double)(float)map(frequency))];

    /// <summary>Frequencies as they are.</summary>
    public sealed record None : RopeScaling
    {
        internal override double[] Frequencies(double theta, int width, int length) => Plain(theta, width);
    }

    /// <summary>Every frequency divided by the same factor (Chen et al. 2023).</summary>
    /// <param name="Factor">Above 0.</param>
    public sealed record Linear(double Factor) : RopeScaling
    {
        internal override double[] Frequencies(double theta, int width, int length)
            => Mapped(theta, width, frequency => frequency / Factor);
    }

    /// <summary>
    /// Only the first pairs of the whole head turn, with the frequencies that they would have if all did (Gemma 4, "proportional").
    /// </summary>
    /// <param name="Share">The pairs that turn, as a share of all.</param>
    /// <param name="Factor">What frequencies are divided by.</param>
    public sealed record Proportional(double Share, double Factor) : RopeScaling
    {
        internal override double[] Frequencies(double theta, int width, int length)
        {
            double[] frequencies = Mapped(theta, width, frequency => frequency / Factor);
            int turning = (int)(Share * width / 2);
            frequencies.AsSpan(Math.Min(turning, frequencies.Length)..).Clear();
            return frequencies;
        }
    }

    /// <summary>Each frequency divided by its own factor, as GGUF files store the scaling of Llama 3.</summary>
    /// <param name="Factors">One for each pair.</param>
    public sealed record Divided(IReadOnlyList<float> Factors) : RopeScaling
    {
        internal override double[] Frequencies(double theta, int width, int length)
            => [.. Plain(theta, width).Select((frequency, i) => (double)(float)(frequency / Factors[i]))];
    }

    /// <summary>
    /// A base that grows with the sequence once that is longer than the original context ("dynamic NTK"). A key keeps the rotation
    /// that it got.
    /// </summary>
    /// <param name="Factor">At least 1.</param>
    /// <param name="OriginalContext">Tokens.</param>
    public sealed record Dynamic(double Factor, int OriginalContext) : RopeScaling
    {
        internal override double[] Frequencies(double theta, int width, int length)
        {
            double stretch = (Factor * Math.Max(length, OriginalContext) / OriginalContext) - (Factor - 1);
            return Plain(theta * Math.Pow(stretch, width / (width - 2.0)), width);
        }

        internal override int Regime(int length) => length <= OriginalContext ? 0 : length;
    }

    /// <summary>
    /// Llama 3.1: wavelengths longer than the original context over the low factor are stretched, those shorter than it over
    /// the high factor stay, and between the two the stretch fades.
    /// </summary>
    /// <param name="Factor">Stretch of long wavelengths.</param>
    /// <param name="LowFrequencyFactor">Rotations within the original context up to which a frequency is stretched in full.</param>
    /// <param name="HighFrequencyFactor">Rotations from which a frequency stays.</param>
    /// <param name="OriginalContext">Tokens.</param>
    public sealed record Llama3(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContext)
        : RopeScaling
    {
        internal override double[] Frequencies(double theta, int width, int length) => Mapped(theta, width, Apply);

        /// <summary>The frequency in place of <paramref name="frequency"/>.</summary>
        internal double Apply(double frequency)
        {
            double rotations = OriginalContext * frequency / (2 * Math.PI);
            if (rotations > HighFrequencyFactor)
            {
                return frequency;
            }

            if (rotations < LowFrequencyFactor)
            {
                return frequency / Factor;
            }

            double keep = (rotations - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor);
            return ((1 - keep) * frequency / Factor) + (keep * frequency);
        }
    }

    /// <summary>YaRN (Peng et al. 2023): frequencies that turn often within the original context stay, slow ones are stretched.</summary>
    /// <param name="Factor">Stretch of slow frequencies.</param>
    /// <param name="OriginalContext">Tokens.</param>
    /// <param name="AttentionFactor">What cosines and sines are multiplied with.</param>
    /// <param name="BetaFast">Rotations from which a frequency stays.</param>
    /// <param name="BetaSlow">Rotations up to which a frequency is stretched in full.</param>
    /// <param name="Truncate">Whether the bounds between the two are rounded to whole pairs.</param>
    public sealed record Yarn(
        double Factor, int OriginalContext, double AttentionFactor, double BetaFast = 32, double BetaSlow = 1, bool Truncate = true)
        : RopeScaling
    {
        internal override double Magnitude => AttentionFactor;

        /// <summary>The factor of the paper: 0.1 · weight · ln(factor) + 1, or 1 where nothing is stretched.</summary>
        internal static double MagnitudeOf(double factor, double weight = 1) => factor <= 1 ? 1 : (0.1 * weight * Math.Log(factor)) + 1;

        internal override double[] Frequencies(double theta, int width, int length)
        {
            double low = Pair(BetaFast, theta, width), high = Pair(BetaSlow, theta, width);
            (low, high) = Truncate ? (Math.Floor(low), Math.Ceiling(high)) : (low, high);
            (low, high) = (Math.Max(low, 0), Math.Min(high, width - 1));
            high += low == high ? 0.001 : 0;
            double[] frequencies = Plain(theta, width);
            for (int i = 0; i < frequencies.Length; i++)
            {
                double stretched = Math.Clamp((i - low) / (high - low), 0, 1);
                frequencies[i] = (float)((frequencies[i] / Factor * stretched) + (frequencies[i] * (1 - stretched)));
            }

            return frequencies;
        }

        /// <summary>The pair that turns so often within the original context.</summary>
        private double Pair(double rotations, double theta, int width)
            => width * Math.Log(OriginalContext / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
    }

    /// <summary>
    /// LongRoPE (Ding et al. 2024): each frequency divided by its own factor, from one list for sequences up to the original context
    /// and from another for longer ones.
    /// </summary>
    /// <param name="ShortFactors">One for each pair.</param>
    /// <param name="LongFactors">One for each pair.</param>
    /// <param name="OriginalContext">Tokens.</param>
    /// <param name="AttentionFactor">What cosines and sines are multiplied with, in both cases.</param>
    public sealed record LongRope(
        IReadOnlyList<float> ShortFactors, IReadOnlyList<float> LongFactors, int OriginalContext, double AttentionFactor) : RopeScaling
    {
        internal override double Magnitude => AttentionFactor;

        internal override double[] Frequencies(double theta, int width, int length)
        {
            IReadOnlyList<float> factors = Regime(length) == 0 ? ShortFactors : LongFactors;
            return [.. factors.Select((factor, i) => (double)(float)(1 / (factor * Math.Pow(theta, 2.0 * i / width))))];
        }

        internal override int Regime(int length) => length > OriginalContext ? 1 : 0;
    }
}
