// One session, which the central system stops. The simulator's batch mode runs this.
module.exports = async (connect) => {
  const now = () => new Date().toISOString();
  const station = await connect(process.env.STATION_URL, process.env.STATION_ID);
  const boot = await station.sendBootnotification({
    chargePointVendor: "Vendor",
    chargePointModel: "Model",
  });
  if (boot.status !== "Accepted") throw new Error(JSON.stringify(boot));
  const status = (name) =>
    station.sendStatusNotification({ connectorId: 1, errorCode: "NoError", status: name });
  await status("Preparing");
  await station.sendAuthorize({ idTag: "card1" });
  const { transactionId } = await station.startTransaction({
    connectorId: 1,
    idTag: "card1",
    meterStart: 1000,
    timestamp: now(),
  });
  const toldToStop = new Promise((resolve) => {
    station.answerRemoteStopTransaction((request) => {
      station.sendResponse(request.uniqueId, { status: "Accepted" });
      resolve();
    });
  });
  await status("Charging");
  await station.meterValues({
    connectorId: 1,
    transactionId,
    meterValue: [{ timestamp: now(), sampledValue: [{ value: "4.5", unit: "kWh" }] }],
  });
  await toldToStop;
  await station.stopTransaction({
    transactionId,
    idTag: "card1",
    meterStop: 8450,
    timestamp: now(),
    reason: "Remote",
  });
  await status("Available");
  station.close();
};
