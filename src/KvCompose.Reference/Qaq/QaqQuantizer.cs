namespace KvCompose.Reference.Qaq;

/// <summary>One group after quantisation.</summary>
/// <param name="Bits">b.</param>
/// <param name="Offset">Mean, or the minimum in the paper's rule.</param>
/// <param name="Step">Width of a step; the deviation for the normal method.</param>
/// <param name="Read">What reading gives back, outliers unchanged.</param>
/// <param name="Outlier">Which elements are outliers.</param>
public sealed record QaqResult(int Bits, double Offset, double Step, double[] Read, bool[] Outlier);

/// <summary>QAQ: as many bits as the attention that a token gets asks for.</summary>
/// <remarks>
/// Code: e = √(12/T)·τ/S for values (S the largest of the last w attention rows), √(12/Q²·ln(T³/(T − 1)·τ² + 1)) for keys; bits =
/// clamp(⌈log₂(range/(2e) + 1)⌉), x̂ = μ + step·clamp(round((x − μ)/step)). Paper: σ_V = τ/(√T·S), σ_K² = ln(…)/Q², bits =
/// ⌈log₂(range/(2√3σ))⌉, x̂ the midpoint of its segment. Source: Dong et al., "QAQ: Quality Adaptive Quantization for LLM KV Cache",
/// arXiv 2403.04643.
/// </remarks>
public sealed class QaqQuantizer(QaqSettings settings, QaqRule rule)
{
    /// <summary>Quantises one group of a token.</summary>
    /// <param name="elements">All numbers of the group.</param>
    /// <param name="token">Its token, from 0.</param>
    /// <param name="tokens">T.</param>
    /// <param name="attention">S, the largest probability that the last rows give the token.</param>
    public QaqResult Quantize(double[] elements, int token, int tokens, double attention)
    {
        var group = new QaqGroup(elements, settings.OutlierShare);
        int bits = settings.UniformBits ?? Bits(group.Range(settings.Symmetric), token, tokens, attention);
        (double offset, double step, Func<double, double> read) = settings.Method == QaqMethod.Normal
            ? Normal(group, bits) : Uniform(group, bits);
        return new QaqResult(bits, offset, step, [.. elements.Select((x, i) => group.Outlier[i] ? x : read(x))], group.Outlier);
    }

    /// <summary>Mean bits of an element as the published code counts them: 32 for the share of the outliers.</summary>
    public double AverageBits(IEnumerable<int> bits) => bits.Average() * (1 - settings.OutlierShare) + 32 * settings.OutlierShare;

    private int Bits(double range, int token, int tokens, double attention)
    {
        if (token > tokens - settings.Window)
        {
            return settings.MostBits;
        }

        double t = tokens, tau = settings.Tolerance;
        double variance = settings.Keys
            ? Math.Log(t * t * t / (t - 1) * tau * tau + 1) / settings.QueryNormSquared
            : tau * tau / t / (attention * attention);
        double deviation = Math.Sqrt(variance);
        // The code adds in float32: a range below 2⁻²⁴ of the allowed error leaves nothing.
        double bits = rule == QaqRule.Paper
            ? Math.Log2(range / (2 * Math.Sqrt(3) * deviation))
            : Math.Log2((float)(range / (2 * Math.Sqrt(12) * deviation)) + 1f);
        return (int)Math.Clamp(Math.Ceiling(bits), settings.LeastBits, settings.MostBits);
    }

    private (double Offset, double Step, Func<double, double> Read) Uniform(QaqGroup group, int bits)
    {
        double segments = Math.Pow(2, bits), range = group.Range(settings.Symmetric), step = range / segments;
        if (rule == QaqRule.Paper)
        {
            double low = settings.Symmetric ? -range / 2 : group.Minimum;
            return (low, step, x => low + ((step > 0 ? Math.Clamp(Math.Floor((x - low) / step), 0, segments - 1) : 0) + 0.5) * step);
        }

        double mean = settings.Symmetric ? 0 : group.Mean;
        double least = -segments / 2, most = bits == 0 ? least : segments / 2 - 1;
        if ((bits == 0 && rule == QaqRule.Code) || step == 0)
        {
            return (mean, step, _ => mean);
        }

        return (mean, step, x => Math.Clamp(Math.Round((x - mean) / step, MidpointRounding.ToEven), least, most) * step + mean);
    }

    private (double Offset, double Step, Func<double, double> Read) Normal(QaqGroup group, int bits)
    {
        int codes = 1 << bits;
        double mean = settings.Symmetric ? 0 : group.Mean, deviation = group.Deviation;
        double[] upper = [.. Enumerable.Range(1, codes - 1).Select(i => ErrorFunction.NormalQuantile(i / (double)codes))];
        double[] centres = [.. Enumerable.Range(0, codes).Select(i => ErrorFunction.NormalQuantile((i + 0.5) / codes))];
        return (mean, deviation, x => centres[upper.Count(edge => edge < (x - mean) / deviation)] * deviation + mean);
    }
}
