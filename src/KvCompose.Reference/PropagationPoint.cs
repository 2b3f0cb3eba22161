namespace KvCompose.Reference;

/// <summary>A layer after which only selected tokens go on.</summary>
/// <param name="Layer">T, 0-based; the layer itself still sees all tokens that reached it.</param>
/// <param name="Budget">P, tokens that go on, the window included; a rate is relative to what reached the layer.</param>
public sealed record PropagationPoint(int Layer, TokenBudget Budget);
