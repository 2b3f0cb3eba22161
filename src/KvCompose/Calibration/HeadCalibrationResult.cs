namespace KvCompose.Profiles;

/// <summary>What a calibration run found, and the profile that follows from it.</summary>
/// <param name="Layers">What was found, layer by layer.</param>
/// <param name="Profile">Class, weight and star of every head.</param>
public sealed record HeadCalibrationResult(IReadOnlyList<LayerCalibrationResult> Layers, HeadProfile Profile);
