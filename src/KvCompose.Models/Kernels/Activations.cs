namespace KvCompose.Models.Kernels;

/// <summary>Activations, times what they gate.</summary>
internal static unsafe class Activations
{
    private const float RootOfTwoOverPi = 0.79788456f;
    private const double RootOfTwo = 1.4142135623730951;

    /// <summary>target = activation(gate) · up.</summary>
    public static void Gate(Activation activation, float* gate, float* up, float* target, int count)
    {
        switch (activation)
        {
            case Activation.Silu:
                RowKernels.Gate(gate, up, target, count);
                break;
            case Activation.GeluTanh:
                for (int i = 0; i < count; i++)
                {
                    float x = gate[i];
                    target[i] = 0.5f * x * (1 + MathF.Tanh(RootOfTwoOverPi * (x + (0.044715f * x * x * x)))) * up[i];
                }

                break;
            default:
                for (int i = 0; i < count; i++)
                {
                    target[i] = (float)(gate[i] * Normal(gate[i])) * up[i];
                }

                break;
        }
    }

    /// <summary>The normal distribution's cumulative function, to 1e-15 relative.</summary>
    private static double Normal(double x) => x < 0 ? Complement(-x / RootOfTwo) / 2 : 1 - (Complement(x / RootOfTwo) / 2);

    /// <summary>
    /// The complementary error function of x ≥ 0: its series (Abramowitz and Stegun 7.1.6) for small arguments, its continued
    /// fraction (7.1.14) for large ones.
    /// </summary>
    private static double Complement(double x)
    {
        if (x < 2.5)
        {
            double term = x, sum = x;
            for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum) && n < 200; n++)
            {
                term *= 2 * x * x / ((2 * n) + 1);
                sum += term;
            }

            return 1 - (2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum);
        }

        double fraction = 0;
        for (int n = 60; n >= 1; n--)
        {
            fraction = n / 2.0 / (x + fraction);
        }

        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * (x + fraction));
    }
}
