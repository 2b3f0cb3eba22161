namespace KvCompose.Reference;

/// <summary>The recurrence of one head of Mamba 2 (Dao and Gu, arXiv 2405.21060), a token at a time in double precision.</summary>
public sealed class PlainStateSpace(int headDim, int state)
{
    /// <summary>S [head dimension, N], zero at the start.</summary>
    public double[,] State { get; } = new double[headDim, state];

    /// <summary>Takes one token.</summary>
    /// <param name="x">[head dimension].</param>
    /// <param name="b">B [N].</param>
    /// <param name="c">C [N].</param>
    /// <param name="step">Δ before softplus, with its bias.</param>
    /// <param name="decay">A, below 0.</param>
    /// <param name="skip">D.</param>
    /// <returns>y [head dimension].</returns>
    public double[] Step(double[] x, double[] b, double[] c, double step, double decay, double skip)
    {
        double time = Math.Log(1 + Math.Exp(step));
        var output = new double[headDim];
        for (int i = 0; i < headDim; i++)
        {
            for (int n = 0; n < state; n++)
            {
                State[i, n] = (State[i, n] * Math.Exp(time * decay)) + (time * x[i] * b[n]);
                output[i] += State[i, n] * c[n];
            }

            output[i] += skip * x[i];
        }

        return output;
    }
}
