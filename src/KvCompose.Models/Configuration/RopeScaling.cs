namespace KvCompose.Models;

/// <summary>How rotary frequencies are stretched beyond the context that a model was first trained on.</summary>
public abstract record RopeScaling
{
    private RopeScaling()
    {
    }

    /// <summary>The frequency in place of <paramref name="frequency"/>, in radians per token.</summary>
    internal abstract double Apply(double frequency);

    /// <summary>Frequencies as they are.</summary>
    public sealed record None : RopeScaling
    {
        internal override double Apply(double frequency) => frequency;
    }

    /// <summary>Every frequency divided by the same factor (Chen et al. 2023).</summary>
    /// <param name="Factor">Above 0.</param>
    public sealed record Linear(double Factor) : RopeScaling
    {
        internal override double Apply(double frequency) => frequency / Factor;
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
        internal override double Apply(double frequency)
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
}
