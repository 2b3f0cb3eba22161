namespace KvCompose;

/// <summary>
/// Declares the stage that decides how many tokens a layer keeps. Use it as it is for a stage of your own, or derive an attribute with the
/// stage's options as properties, as the built-in stages do.
/// </summary>
/// <typeparam name="TStage">The stage: an unmanaged struct that implements <see cref="ILayerBudget{TSelf}"/>. The analyzer checks it, with reasons.</typeparam>
public class LayerBudgetAttribute<TStage> : StageAttribute;
