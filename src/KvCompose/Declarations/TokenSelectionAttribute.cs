namespace KvCompose;

/// <summary>
/// Declares the stage that decides which tokens a head keeps. Use it as it is for a stage of your own, or derive an attribute with the
/// stage's options as properties, as the built-in stages do.
/// </summary>
/// <typeparam name="TStage">The stage: an unmanaged struct that implements <see cref="ITokenSelection{TSelf}"/>. The analyzer checks it, with reasons.</typeparam>
public class TokenSelectionAttribute<TStage> : StageAttribute;
