namespace KvCompose;

/// <summary>
/// What a file tells a stage at compile time: the attribute that declares the stage has a text property <c>Profile</c>, which
/// names one of the project's additional files. A wrong file is a diagnostic, and what it holds becomes part of the emitted code.
/// </summary>
public enum ProfileKind
{
    /// <summary>The stage reads no file.</summary>
    None,

    /// <summary>
    /// The layer at which the stage acts, found by calibration: a JSON object with <c>layers</c>, L of the model, and <c>layer</c>.
    /// Optional; it takes the place of the option of role <see cref="OptionRole.Layer"/>.
    /// </summary>
    ActingLayer,

    /// <summary>
    /// How much every head matters: a JSON object with a score or a list of scores under every "layer-head", for all query heads or all
    /// key-value heads of the model. Required; the stage gets the means in <c>HeadBudgetContext.HeadScores</c>.
    /// </summary>
    HeadScores,

    /// <summary>
    /// What part every key-value head plays: the file that <c>HeadCalibration</c> makes, as <c>HeadProfile.Load</c> reads it. Optional;
    /// without it a session has to be opened with a profile, and with it a session may be opened with another.
    /// </summary>
    HeadRoles,

    /// <summary>
    /// The layers that choose tokens for those after them: a JSON object with <c>layers</c>, L of the model, and <c>filters</c>, ascending.
    /// A declaration may state them itself, as an array <c>Filters</c>; one of both is required. A tier gets them in
    /// <c>TierContext.FilterLayers</c>.
    /// </summary>
    FilterLayers,
}
