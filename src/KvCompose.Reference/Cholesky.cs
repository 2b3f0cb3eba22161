namespace KvCompose.Reference;

/// <summary>A = L·Lᵀ of a symmetric positive definite matrix, for quadratic forms with its inverse.</summary>
internal sealed class Cholesky
{
    private readonly double[][] _lower;

    /// <summary>Decomposes A, [n][n].</summary>
    /// <exception cref="ArgumentException">The matrix is not positive definite.</exception>
    public Cholesky(double[][] matrix)
    {
        int n = matrix.Length;
        _lower = [.. matrix.Select(_ => new double[n])];
        for (int row = 0; row < n; row++)
        {
            for (int column = 0; column <= row; column++)
            {
                double rest = matrix[row][column] - Numbers.Dot(_lower[row].AsSpan(0, column), _lower[column].AsSpan(0, column));
                if (row == column && !(rest > 0))
                {
                    throw new ArgumentException($"the matrix is not positive definite: pivot {row} is {rest}", nameof(matrix));
                }

                _lower[row][column] = row == column ? Math.Sqrt(rest) : rest / _lower[column][column];
            }
        }
    }

    /// <summary>xᵀA⁻¹x = ‖L⁻¹x‖².</summary>
    public double InverseForm(double[] x)
    {
        var solved = new double[x.Length];
        for (int row = 0; row < x.Length; row++)
        {
            solved[row] = (x[row] - Numbers.Dot(_lower[row].AsSpan(0, row), solved.AsSpan(0, row))) / _lower[row][row];
        }

        return Numbers.Dot(solved, solved);
    }
}
