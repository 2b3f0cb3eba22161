using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests.Cake;

/// <summary>The emitted cascade against the reference.</summary>
public class CakePrefillTests
{
    [Theory]
    [InlineData(39, CakeLedgerMode.Monotone)]
    [InlineData(41, CakeLedgerMode.Monotone)]
    [InlineData(300, CakeLedgerMode.Monotone)]
    [InlineData(300, CakeLedgerMode.ReferenceExact)]
    public void Cascade_OfEitherMode_KeepsWhatTheReferenceKeeps(int tokens, CakeLedgerMode mode)
    {
        using var model = new TestModel(5, 4, 2, 32, 43);
        using var session = CakePrefill.Open(
            model, new CakePrefill.Options { LayerBudget = new CakeBudget { Tokens = 40, Tau1 = 1.6, Tau2 = 0.6, Mode = mode } });
        int[] prompt = model.Prompt(tokens, tokens);
        session.Prefill(prompt);
        var oracle = new CakeOracle(model, new CakeOptions(40, 8) { Tau1 = 1.6, Tau2 = 0.6, Mode = mode });
        oracle.Prefill(prompt);
        oracle.AssertHolds(session);
    }

    [Fact]
    public void Tuning_ByName_KeepsWhatItsExponentsKeep()
    {
        using var model = new TestModel(4, 4, 2, 32, 44);
        using var named = CakePrefill.Open(
            model, new CakePrefill.Options { LayerBudget = new CakeBudget { Tokens = 40, Tuning = CakeTuning.Llama2_7B_128 } });
        int[] prompt = model.Prompt(250, 1);
        named.Prefill(prompt);
        var oracle = new CakeOracle(model, new CakeOptions(40, 8) { Tau1 = 0.9, Tau2 = 2.3 });
        oracle.Prefill(prompt);
        oracle.AssertHolds(named);
    }

    [Fact]
    public void Sequences_OfDifferentLengths_HaveALedgerEach()
    {
        int[] lengths = [300, 5, 41, 120];
        using var model = new TestModel(5, 4, 2, 32, 45);
        using var session = CakePrefill.Open(model, new CakePrefill.Options { Sequences = lengths.Length });
        var oracle = new CakeOracle(model, new CakeOptions(40, 8) { Tau1 = 1.6, Tau2 = 0.6 });
        for (int sequence = 0; sequence < lengths.Length; sequence++)
        {
            session.Prefill(sequence, model.Prompt(lengths[sequence], sequence));
        }

        for (int sequence = 0; sequence < lengths.Length; sequence++)
        {
            oracle.Prefill(model.Prompt(lengths[sequence], sequence));
            oracle.AssertHolds(session, sequence);
        }
    }
}
