namespace KvCompose.Reference;

/// <summary>The error function and the normal distribution.</summary>
public static class ErrorFunction
{
    private const double Saturated = 6.5;

    /// <summary>erf(x) = 2/√π·e^(−x²)·Σ 2^k·x^(2k+1)/(2k+1)!!, a sum without cancellation.</summary>
    public static double Erf(double x)
    {
        if (Math.Abs(x) > Saturated)
        {
            return Math.Sign(x);
        }

        double term = x, sum = x;
        for (int k = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); k++)
        {
            term *= 2 * x * x / (2 * k + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>gelu(x) = x·Φ(x), the exact form.</summary>
    public static double Gelu(double x) => x * 0.5 * (1 + Erf(x / Math.Sqrt(2)));

    /// <summary>Φ⁻¹(p) by bisection.</summary>
    public static double NormalQuantile(double share)
    {
        double low = -10, high = 10;
        for (int i = 0; i < 200; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = 0.5 * (1 + Erf(middle / Math.Sqrt(2))) < share ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }
}
