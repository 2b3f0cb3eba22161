namespace KvCompose.Tests.Stages;

public class PyramidBudgetTests
{
    [Fact]
    public void Allocate_RandomShapes_EqualsTheReference()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            int layers = random.Next(1, 40), window = random.Next(0, 40), beta = random.Next(1, 30), capacity = random.Next(1, 300);
            int tokens = random.Next(1, 1 << random.Next(1, 12));
            int[] expected = KvCompose.Reference.PyramidKv.Capacities(tokens, layers, capacity, window, beta), actual = new int[layers];
            for (int layer = 0; layer < layers; layer++)
            {
                PyramidBudget.Allocate(
                    new PyramidBudget { Tokens = capacity, Beta = beta },
                    new LayerBudgetContext { Layer = layer, Layers = layers, PromptTokens = tokens, Tokens = tokens, ProtectedTokens = window }, actual);
            }

            Assert.Equal(expected, actual);
        }
    }
}
