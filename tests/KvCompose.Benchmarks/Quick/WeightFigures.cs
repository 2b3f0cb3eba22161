using KvCompose.Benchmarks.Peer;
using KvCompose.Memory;
using KvCompose.Models.Files;
using KvCompose.Models.Kernels;
using KvCompose.Threading;

namespace KvCompose.Benchmarks.Quick;

/// <summary>
/// The figures of the group <c>weights</c>: bytes of stored weights that products with one row read a second, over those of a plain
/// sum, and what several rows cost.
/// </summary>
internal static unsafe class WeightFigures
{
    private const int Inputs = 4096;
    private const int Outputs = 4096;
    private const long Bytes = 1L << 28; // Far more than any cache holds.

    private static readonly StoredType[] Types =
    [
        StoredType.F16, StoredType.BF16, StoredType.Q8_0, StoredType.Q4_0, StoredType.Q4_1, StoredType.Q4_K, StoredType.Q5_K, StoredType.Q6_K,
    ];

    public static IEnumerable<(string Name, double Value)> Measure()
    {
        using var workers = new WorkerPool(2);
        foreach (StoredType type in Types)
        {
            using var weights = new Weights(type, workers);
            using var sum = new PlainSum(weights.Bytes / sizeof(float), workers);
            yield return ($"gemvShare{type}", Timing.MedianRatio(() => sum.Run(), () => weights.Run(rows: 1), rounds: 15));
            yield return ($"fourRows{type}", Timing.MedianRatio(() => weights.Run(rows: 4), () => weights.Run(rows: 1), rounds: 5));
            yield return ($"rows256Gflops{type}", 2e-9 * 256 * weights.Numbers / weights.Best(rows: 256, rounds: 3));
        }
    }

    /// <summary>Matrices of one type in a mapped file, as a model has them.</summary>
    private sealed class Weights : IDisposable
    {
        private readonly string _path = Path.GetTempFileName();
        private readonly MappedFile _file;
        private readonly WeightMatrix[] _matrices;
        private readonly WorkerPool _workers;
        private readonly NativeFloats _activations = new(RowTiles.Floats(256, Inputs));
        private readonly NativeFloats _products = new(256L * Outputs);

        public Weights(StoredType type, WorkerPool workers)
        {
            _workers = workers;
            (int values, int bytes) = StoredTypes.Block(type);
            long matrixBytes = (long)Inputs / values * bytes * Outputs;
            int count = (int)(WeightFigures.Bytes / matrixBytes);
            using (FileStream file = File.Create(_path))
            {
                var random = new Random(1);
                for (int i = 0; i < count; i++)
                {
                    file.Write(RandomModel.RandomBytes(type, (long)Inputs * Outputs, random));
                }
            }

            _file = MappedFile.Open(_path);
            _matrices = [.. Enumerable.Range(0, count).Select(i => WeightMatrix.Load(
                new StoredTensor(_file, "w", type, type.ToString(), [Outputs, Inputs], i * matrixBytes, matrixBytes)))];
            Bytes = count * matrixBytes;
            Numbers = (long)count * Inputs * Outputs;
        }

        public long Bytes { get; }

        public long Numbers { get; }

        public void Run(int rows)
        {
            var tiles = new RowTiles(_activations, rows, Inputs);
            foreach (WeightMatrix matrix in _matrices)
            {
                var product = new MatrixProduct(tiles);
                product.Add(matrix, _products.Pointer);
                product.Run(_workers);
            }
        }

        public double Best(int rows, int rounds) => Enumerable.Range(0, rounds).Min(_ => Timing.Seconds(() => Run(rows)));

        public void Dispose()
        {
            foreach (WeightMatrix matrix in _matrices)
            {
                matrix.Dispose();
            }

            _file.Dispose();
            _activations.Dispose();
            _products.Dispose();
            File.Delete(_path);
        }
    }
}
